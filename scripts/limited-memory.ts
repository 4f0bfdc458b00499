/** Options of Node for a process with the image's limits of memory. */
export const memoryOfTheImage: readonly string[] = ['--max-semi-space-size=8', '--max-old-space-size=256'];

/** The environment of such a process. */
export function environmentOfTheImage(): NodeJS.ProcessEnv {
  return { ...process.env, MALLOC_MMAP_THRESHOLD_: '65536' };
}
