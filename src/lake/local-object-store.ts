import { randomUUID } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import type { ObjectInfo, ObjectStore, PutCondition, PutResult, StoredObject } from '../consumer/ports/lake.ts';
import { explainFileError, isCode } from './explain-file-error.ts';
import { fileSize, requireInside } from './lake-folder.ts';
import { listFiles, listStrays, temporaryFolder } from './list-files.ts';
import { checkKey } from './object-key.ts';

/**
 * An object store in a folder, with the semantics of S3. An object becomes visible whole or not at all, and is on the disk before `put` resolves.
 * Only the user that runs the process can read what it writes. Symbolic links below the folder are not followed.
 *
 * Compare-and-swap without locks: version `n` of a key that is changed under a condition is a file of its own, `<key>@<n>`,
 * and creating the next one exclusively is the swap. A process that dies or freezes in between holds nobody up. Old versions
 * stay: were they deleted, a late writer could create them again.
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
    getRange: (key, start, end) => explained(key, (path) => getRange(path, start, end)),
    list: (prefix, options) => listFiles(base, prefix, options),
    strays: (prefix) => listStrays(base, prefix),
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
  /** Writes the bytes into the temporary file. */
  readonly write: (temporary: string) => Promise<void>;
  readonly condition: PutCondition | undefined;
}

async function put({ base, path, write, condition }: PutRequest): Promise<PutResult> {
  const temporary = join(base, temporaryFolder, randomUUID());
  await makeFolder(base, dirname(temporary));
  try {
    await write(temporary);
    await makeFolder(base, dirname(path));
    if (condition === undefined) return await overwrite(temporary, path);
    const next = 'ifAbsent' in condition ? 1 : Number(condition.ifVersion) + 1;
    if (next > 1 && !(await exists(versionPath(path, next - 1)))) return { kind: 'refused' };
    return await createExclusively(temporary, versionPath(path, next), next);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function makeFolder(base: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: ownerOnly.folder });
  await requireInside(base, folder);
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', ownerOnly.file);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function copyDurably(path: string, from: string): Promise<void> {
  await pipeline(createReadStream(from), createWriteStream(path, { flags: 'wx', mode: ownerOnly.file, flush: true }));
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

async function overwrite(temporary: string, path: string): Promise<PutResult> {
  await rename(temporary, path);
  await syncFolder(dirname(path));
  return { kind: 'stored', version: '1' };
}

async function createExclusively(temporary: string, path: string, version: number): Promise<PutResult> {
  try {
    await link(temporary, path);
    await syncFolder(dirname(path));
    return { kind: 'stored', version: String(version) };
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
  const version = await newestVersion(path);
  if (version === 0) return undefined;
  const bytes = await readFile(versionPath(path, version), { flag: readWithoutLinks });
  return { bytes, version: String(version) };
}

async function head(key: string, path: string): Promise<ObjectInfo | undefined> {
  const version = await newestVersion(path);
  const size = version === 0 ? undefined : await fileSize(versionPath(path, version));
  return size === undefined ? undefined : { key, size, version: String(version) };
}

async function getRange(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path, readWithoutLinks);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function removeAll(path: string): Promise<void> {
  // newest first: what is left after a crash in between is an older version, not a hole
  for (let version = await newestVersion(path); version > 1; version--)
    await rm(versionPath(path, version), { force: true });
  await rm(path, { force: true });
}
