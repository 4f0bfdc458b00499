import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { PipelineError } from '../../runtime/errors.ts';
import { isCode } from './explain-file-error.ts';

/** Rejects with STORE_DENIED when `folder`, or a folder above it, is a symbolic link that leads out of `base`. */
export async function requireInside(base: string, folder: string): Promise<void> {
  const found = await realPathOrNothing(folder);
  // what is not there leads nowhere; it is checked again once it has been made
  if (found === undefined) return;
  const root = await realpath(base);
  if (found !== root && !found.startsWith(root.endsWith(sep) ? root : root + sep)) throw linkDenied(folder);
}

/** Looks up the file's size in bytes, `undefined` when nothing is there. Rejects with STORE_DENIED for a symbolic link. */
export async function fileSize(path: string): Promise<number | undefined> {
  return (await fileFacts(path))?.size;
}

/** Looks up the file's size in bytes and when it was written, as `fileSize` does. */
export async function fileFacts(path: string): Promise<Pick<Stats, 'size' | 'mtimeMs'> | undefined> {
  const found = await orNothing(() => lstat(path));
  if (found?.isSymbolicLink() === true) throw linkDenied(path);
  return found;
}

/** Resolves as `work` does, or with `undefined` when the file or a folder above it is not there. */
export async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function realPathOrNothing(path: string): Promise<string | undefined> {
  return orNothing(() => realpath(path));
}

function linkDenied(path: string): PipelineError {
  return new PipelineError('STORE_DENIED', {
    message: `${path} is, or lies below, a symbolic link that leads out of the lake`,
    retryable: false,
    details: { link: path },
    hint: 'a lake’s folder may be a link itself; below it there must be none: move the folder into the lake, or mount it there',
  });
}
