import { randomUUID } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import type { ObjectInfo, ObjectStore, PutCondition, PutResult, StoredObject } from '../../consumer/ports/lake.ts';
import { removeAbandoned } from './abandoned-uploads.ts';
import { explainFileError, isCode } from './explain-file-error.ts';
import { fileSize, orNothing, requireInside } from './lake-folder.ts';
import { listFiles, listStrays, temporaryFolder } from './list-files.ts';
import { makeFolders } from './make-folder.ts';
import { checkKey } from './object-key.ts';
import { readRange } from './read-range.ts';

/**
 * An object store in a folder, with the semantics of S3. An object becomes visible whole or not at all, and is on the disk before `put` resolves.
 * Only the user that runs the process can read what it writes. Symbolic links below the folder are not followed.
 *
 * Compare-and-swap without locks: version `n` of a key that is changed under a condition is a file of its own, `<key>@<n>`,
 * and creating the next one exclusively is the swap. A process that dies or freezes in between holds nobody up. Old versions
 * stay: were they deleted, a late writer could create them again. A key that is deleted as a whole and made anew begins at 1 again: what a caller
 * gets as a version has the checksum of its bytes, too, and who was frozen since does not change the new one.
 */
export function createLocalObjectStore({ root }: { readonly root: string }): ObjectStore {
  const base = resolve(root);
  const explained = async <T>(key: string, work: (path: string) => Promise<T>): Promise<T> => {
    try {
      const path = join(base, checkKey(key));
      await requireInside(base, dirname(path));
      return await work(path);
    } catch (error) {
      throw explainFileError(error, key);
    }
  };
  return {
    uri: (key) => pathToFileURL(join(base, key)).href,
    put: (key, bytes, condition) =>
      explained(key, (path) => put({ base, path, write: (temporary) => writeDurably(temporary, bytes), condition })),
    putFile: (key, file) =>
      explained(key, (path) =>
        put({ base, path, write: (temporary) => copyDurably(temporary, file.path), condition: { ifAbsent: true } }),
      ),
    get: (key) => explained(key, get),
    head: (key) => explained(key, (path) => head(key, path)),
    getRange: (key, start, end) => explained(key, (path) => readRange(path, { start, end }, readWithoutLinks)),
    list: (prefix, options) => listFiles(base, prefix, options),
    strays: (prefix) => listStrays(base, prefix),
    removeAbandoned: (options) => removeAbandoned(base, options),
    delete: async (keys) => {
      for (const key of keys) await explained(key, removeAll);
    },
  };
}

const ownerOnly = { folder: 0o700, file: 0o600 };
const readWithoutLinks = constants.O_RDONLY | constants.O_NOFOLLOW;

interface PutRequest {
  readonly base: string;
  readonly path: string;
  /** Writes the bytes into the temporary file, and answers with their CRC-32. */
  readonly write: (temporary: string) => Promise<number>;
  readonly condition: PutCondition | undefined;
}

/** Tries of a put whose file is gone each time. */
const triesMax = 3;

/** Puts an object. Who was frozen for hours may find its file gone, since upkeep takes it for one of a process that was killed: it is written again. */
async function put(request: PutRequest): Promise<PutResult> {
  for (let tries = 1; ; tries++) {
    try {
      return await putOnce(request);
    } catch (error) {
      if (tries === triesMax || !isCode(error, 'ENOENT')) throw error;
    }
  }
}

async function putOnce({ base, path, write, condition }: PutRequest): Promise<PutResult> {
  const temporary = join(base, temporaryFolder, randomUUID());
  await makeFolder(base, dirname(temporary));
  try {
    const checksum = await write(temporary);
    await makeFolder(base, dirname(path));
    if (condition === undefined) return await overwrite(temporary, path, checksum);
    if ('ifAbsent' in condition) return await createExclusively(temporary, path, { number: 1, checksum });
    return await replace(temporary, path, { expected: condition.ifVersion, checksum });
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Creates the version behind the one that is expected. The key may be deleted and made anew at any moment: a version of before has no place in it. */
async function replace(
  temporary: string,
  path: string,
  { expected, checksum }: { readonly expected: string; readonly checksum: number },
): Promise<PutResult> {
  const number = Number.parseInt(expected, 10);
  const isThere = async (): Promise<boolean> => (await versionOf(path, number)) === expected;
  if (!(await isThere())) return { kind: 'refused' };
  const result = await createExclusively(temporary, path, { number: number + 1, checksum });
  if (result.kind === 'refused' || (await isThere())) return result;
  await rm(versionPath(path, number + 1), { force: true });
  return { kind: 'refused' };
}

/** Gives the version as callers know it; `undefined` when there is no such file. */
async function versionOf(path: string, number: number): Promise<string | undefined> {
  const bytes = await bytesOf(path, number);
  return bytes && nameOf({ number, checksum: crc32(bytes) });
}

/** Reads a version; `undefined` when it is not there, or not any more: whoever deletes the key does not wait for readers. */
async function bytesOf(path: string, number: number): Promise<Buffer | undefined> {
  return orNothing(() => readFile(versionPath(path, number), { flag: readWithoutLinks }));
}

interface Version {
  /** Counts from 1, and again from 1 when the key was deleted. */
  readonly number: number;
  readonly checksum: number;
}

function nameOf({ number, checksum }: Version): string {
  return `${number}-${checksum.toString(16)}`;
}

async function makeFolder(base: string, folder: string): Promise<void> {
  await makeFolders(folder, ownerOnly.folder);
  await requireInside(base, folder);
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<number> {
  const file = await open(path, 'wx', ownerOnly.file);
  try {
    await file.writeFile(bytes);
    await file.datasync();
    return crc32(bytes);
  } finally {
    await file.close();
  }
}

async function copyDurably(path: string, from: string): Promise<number> {
  let checksum = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  };
  const target = createWriteStream(path, { flags: 'wx', mode: ownerOnly.file, flush: true });
  await pipeline(createReadStream(from), count, target);
  return checksum;
}

/** Makes a new name in the folder outlast a power failure, where the file system can do that for folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } catch (error) {
    if (!isCode(error, 'EINVAL') && !isCode(error, 'ENOTSUP')) throw error;
  } finally {
    await handle.close();
  }
}

async function overwrite(temporary: string, path: string, checksum: number): Promise<PutResult> {
  await rename(temporary, path);
  await syncFolder(dirname(path));
  return { kind: 'stored', version: nameOf({ number: 1, checksum }) };
}

async function createExclusively(temporary: string, path: string, version: Version): Promise<PutResult> {
  try {
    await link(temporary, versionPath(path, version.number));
    await syncFolder(dirname(path));
    return { kind: 'stored', version: nameOf(version) };
  } catch (error) {
    if (isCode(error, 'EEXIST')) return { kind: 'refused' };
    throw error;
  }
}

function versionPath(path: string, version: number): string {
  return version === 1 ? path : `${path}@${version}`;
}

/** Finds the newest version's number, 0 when the key is not there. Versions have no holes, so doubling and halving finds it. */
async function newestVersion(path: string): Promise<number> {
  if (!(await exists(path))) return 0;
  let low = 1;
  let high = 2;
  while (await exists(versionPath(path, high))) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (await exists(versionPath(path, middle))) low = middle;
    else high = middle;
  }
  return low;
}

async function exists(path: string): Promise<boolean> {
  return (await fileSize(path)) !== undefined;
}

async function get(path: string): Promise<StoredObject | undefined> {
  const number = await newestVersion(path);
  const bytes = number === 0 ? undefined : await bytesOf(path, number);
  return bytes && { bytes, version: nameOf({ number, checksum: crc32(bytes) }) };
}

async function head(key: string, path: string): Promise<ObjectInfo | undefined> {
  const version = await newestVersion(path);
  const size = version === 0 ? undefined : await fileSize(versionPath(path, version));
  return size === undefined ? undefined : { key, size };
}

async function removeAll(path: string): Promise<void> {
  // newest first: what is left after a crash in between is an older version, not a hole
  for (let version = await newestVersion(path); version > 1; version--)
    await rm(versionPath(path, version), { force: true });
  await rm(path, { force: true });
}
