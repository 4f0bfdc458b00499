import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Folder for downloads of demo and tests: `.cache` in the current folder. */
export function cacheFolder(...parts: string[]): string {
  return join(process.cwd(), '.cache', ...parts);
}

/** A lock older than this belongs to a process that died. */
const staleMs = 10 * 60_000;

/**
 * Fills `folder` once: the first process does it, others wait. `fill` runs again when it failed or was killed before.
 * A new `stamp` makes the content anew.
 */
export async function onceIn(folder: string, stamp: string, fill: () => Promise<void>): Promise<void> {
  const done = join(folder, `.done-${stamp}`);
  await mkdir(folder, { recursive: true });
  while (!(await exists(done))) {
    const lock = join(folder, '.lock');
    if (await takeLock(lock)) {
      try {
        if (!(await exists(done))) await fill();
        await writeFile(done, '');
      } finally {
        await rm(lock, { recursive: true, force: true });
      }
    } else await delay(200);
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > staleMs) await rm(lock, { recursive: true, force: true });
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
