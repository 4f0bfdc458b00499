import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectInfo } from '../../consumer/ports/lake.ts';
import { compareUtf8 } from './compare-utf8.ts';
import { explainFileError } from './explain-file-error.ts';
import { fileFacts, orNothing, requireInside } from './lake-folder.ts';

/** Folder in which files are written before they get their name; it holds no objects. */
export const temporaryFolder = '.uploads';

/** Entries read at once from a folder, which may hold hundreds of thousands: most are passed over at once. */
const entriesPerRead = 1024;

const versionSuffix = /@\d+$/;

/** Most files whose size is looked up before the listing's reader asks for them. */
const aheadMax = 64;

/** Lists objects below `base` by prefix, in the order of their keys' UTF-8 bytes. Looks only at files that it yields, and a few ahead. */
export async function* listFiles(
  base: string,
  prefix: string,
  { startAfter = '', limit = Infinity }: { readonly startAfter?: string; readonly limit?: number } = {},
): AsyncIterable<ObjectInfo> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  let left = limit;
  let ahead = 1;
  try {
    await requireInside(base, join(base, folder));
    const keys = walk(base, folder, prefix, startAfter);
    for (let some = await next(keys, Math.min(left, ahead)); some.length > 0 && left > 0;) {
      const found = await Promise.all(some.map((key) => infoOf(base, key)));
      for (const info of found) if (info !== undefined) yield info;
      left -= found.filter((info) => info !== undefined).length;
      ahead = Math.min(ahead * 2, aheadMax);
      some = await next(keys, Math.min(left, ahead));
    }
  } catch (error) {
    throw explainFileError(error, prefix);
  }
}

/** Names links, other things that are no files, and further versions of objects below the prefix, which must end in `/`. */
export async function* listStrays(base: string, prefix: string): AsyncIterable<string> {
  const entries = await orNothing(() => opendir(join(base, prefix), { bufferSize: entriesPerRead }));
  if (entries === undefined) return;
  for await (const entry of entries) {
    const key = prefix + entry.name;
    const isOther = !(entry.isFile() || entry.isDirectory()) || versionSuffix.test(entry.name);
    if (isOther) yield key;
    else if (entry.isDirectory()) yield* listStrays(base, `${key}/`);
  }
}

async function next(keys: AsyncIterator<string>, count: number): Promise<string[]> {
  const some: string[] = [];
  while (some.length < count) {
    const { value, done } = await keys.next();
    if (done === true) break;
    some.push(value);
  }
  return some;
}

async function infoOf(base: string, key: string): Promise<ObjectInfo | undefined> {
  const found = await fileFacts(join(base, key));
  return found && { key, size: found.size, modifiedMs: found.mtimeMs };
}

/** Walks the keys below `folder` after `startAfter`, in order. Folders that end before it are not opened, links are passed over. */
async function* walk(base: string, folder: string, prefix: string, startAfter: string): AsyncGenerator<string> {
  const entries = await orNothing(() => opendir(join(base, folder), { bufferSize: entriesPerRead }));
  if (entries === undefined) return;
  const keys: string[] = [];
  for await (const entry of entries) {
    if (entry.name === temporaryFolder || !(entry.isFile() || entry.isDirectory())) continue;
    const key = folder + entry.name + (entry.isDirectory() ? '/' : '');
    // a folder's keys end before every string that follows `<folder>/` and the last character there is
    const isAfter = compareUtf8(entry.isDirectory() ? `${key}\u{10FFFF}` : key, startAfter) > 0;
    const fits = key.startsWith(prefix) || (entry.isDirectory() && prefix.startsWith(key));
    if (isAfter && fits && !versionSuffix.test(entry.name)) keys.push(key);
  }
  for (const key of keys.sort(compareUtf8)) {
    if (key.endsWith('/')) yield* walk(base, key, prefix, startAfter);
    else yield key;
  }
}
