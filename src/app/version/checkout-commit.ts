import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The commit that is checked out in the folder, its first 12 digits; `undefined` where there is no repository. Reads git's files by
 * itself: git would take longer than the rest of the start.
 */
export function checkoutCommit(folder: string): string | undefined {
  const git = gitFolder(folder);
  const head = read(git, 'HEAD');
  const [, ref] = /^ref: (.+)$/.exec(head ?? '') ?? [];
  return (ref === undefined ? head : commitOf(git, ref))?.slice(0, 12);
}

/** `.git` of a work tree is a file that names the folder. */
function gitFolder(folder: string): string {
  const [, elsewhere] = /^gitdir: (.+)$/.exec(read(folder, '.git') ?? '') ?? [];
  return resolve(folder, elsewhere ?? '.git');
}

function commitOf(git: string, ref: string): string | undefined {
  for (const home of [git, sharedFolder(git)]) {
    const found = read(home, ref) ?? packedLine(home, ref);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Gives the folder that work trees share. */
function sharedFolder(git: string): string {
  return resolve(git, read(git, 'commondir') ?? '.');
}

/** The line of `packed-refs` about the ref; it begins with the commit. */
function packedLine(git: string, ref: string): string | undefined {
  const lines = read(git, 'packed-refs')?.split('\n');
  return lines?.find((line) => line.endsWith(` ${ref}`));
}

/** `undefined` for what is no file that can be read. */
function read(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'utf8').trim();
  } catch {
    return undefined;
  }
}
