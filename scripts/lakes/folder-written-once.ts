import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';

/** Gives a folder below `.cache` that `write` has filled, now or in an earlier call that came to its end. */
export async function folderWrittenOnce(
  parts: readonly string[],
  write: (folder: string) => Promise<void>,
): Promise<string> {
  const around = cacheFolder(...parts);
  const folder = join(around, 'content');
  await onceIn(around, 'whole', async () => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await write(folder);
  });
  return folder;
}
