import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The commit that is checked out in the folder, its first 12 digits; `undefined` where there is no repository. Reads git's files by
 * itself: git would take longer than the rest of the start.
 */
export function checkoutCommit(folder: string): string | undefined {
  try {
    const git = gitFolder(folder);
    const head = read(git, 'HEAD');
    const [, ref] = /^ref: (.+)$/.exec(head) ?? [];
    return (ref === undefined ? head : commitOf(git, ref))?.slice(0, 12);
  } catch {
    return undefined;
  }
}

/** `.git` of a work tree is a file that names the folder. */
function gitFolder(folder: string): string {
  const git = join(folder, '.git');
  try {
    const [, elsewhere] = /^gitdir: (.+)$/.exec(readFileSync(git, 'utf8').trim()) ?? [];
    return elsewhere === undefined ? git : resolve(folder, elsewhere);
  } catch {
    return git;
  }
}

function commitOf(git: string, ref: string): string | undefined {
  for (const home of [git, sharedFolder(git)]) {
    try {
      return read(home, ref);
    } catch {
      const packed = readPacked(home).find((line) => line.endsWith(` ${ref}`));
      if (packed !== undefined) return packed;
    }
  }
  return undefined;
}

/** Where work trees keep what they share. */
function sharedFolder(git: string): string {
  try {
    return resolve(git, read(git, 'commondir'));
  } catch {
    return git;
  }
}

function readPacked(git: string): string[] {
  try {
    return read(git, 'packed-refs').split('\n');
  } catch {
    return [];
  }
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8').trim();
}
