import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ObjectInfo, ObjectStore, PutCondition, PutResult, StoredObject } from '../consumer/ports/lake.ts';
import { checkKey } from './object-key.ts';
import { explainFileError, isCode } from './explain-file-error.ts';

/**
 * A folder with the semantics of S3. An object becomes visible whole or not at all, and is on the disk before `put` resolves.
 *
 * Compare-and-swap without locks: version `n` of a key that is changed under a condition is a file of its own, `<key>@<n>`,
 * and creating the next one exclusively is the swap. A process that dies or freezes in between holds nobody up. Old versions
 * stay: were they deleted, a late writer could create them again.
 */
export function createLocalObjectStore({ root }: { readonly root: string }): ObjectStore {
  const base = resolve(root);
  const pathOf = (key: string): string => join(base, checkKey(key));
  return {
    uri: (key) => pathToFileURL(join(base, key)).href,
    put: (key, bytes, condition) => explained(key, () => put({ base, path: pathOf(key), bytes, condition })),
    get: (key) => explained(key, () => get(pathOf(key))),
    head: (key) => explained(key, () => head(key, pathOf(key))),
    getRange: (key, start, end) => explained(key, () => getRange(pathOf(key), start, end)),
    list: (prefix, options) => list(base, prefix, options),
    delete: async (keys) => {
      for (const key of keys) await explained(key, () => removeAll(pathOf(key)));
    },
  };
}

const temporaryFolder = '.uploads';

async function explained<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainFileError(error, key);
  }
}

interface PutRequest {
  readonly base: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly condition: PutCondition | undefined;
}

async function put({ base, path, bytes, condition }: PutRequest): Promise<PutResult> {
  const temporary = join(base, temporaryFolder, randomUUID());
  await mkdir(dirname(temporary), { recursive: true });
  try {
    await writeDurably(temporary, bytes);
    await mkdir(dirname(path), { recursive: true });
    if (condition === undefined) return await overwrite(temporary, path);
    const next = 'ifAbsent' in condition ? 1 : Number(condition.ifVersion) + 1;
    if (next > 1 && !(await exists(versionPath(path, next - 1)))) return { kind: 'refused' };
    return await createExclusively(temporary, versionPath(path, next), next);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function overwrite(temporary: string, path: string): Promise<PutResult> {
  await rename(temporary, path);
  return { kind: 'stored', version: '1' };
}

async function createExclusively(temporary: string, path: string, version: number): Promise<PutResult> {
  try {
    await link(temporary, path);
    return { kind: 'stored', version: String(version) };
  } catch (error) {
    if (isCode(error, 'EEXIST')) return { kind: 'refused' };
    throw error;
  }
}

function versionPath(path: string, version: number): string {
  return version === 1 ? path : `${path}@${version}`;
}

/** The newest version's number, 0 when the key is not there. Versions have no holes, so doubling and halving finds it. */
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
  return (await statOrNothing(path)) !== undefined;
}

async function statOrNothing(path: string): Promise<{ size: number } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function get(path: string): Promise<StoredObject | undefined> {
  const version = await newestVersion(path);
  if (version === 0) return undefined;
  return { bytes: await readFile(versionPath(path, version)), version: String(version) };
}

async function head(key: string, path: string): Promise<ObjectInfo | undefined> {
  const version = await newestVersion(path);
  const found = version === 0 ? undefined : await statOrNothing(versionPath(path, version));
  return found && { key, size: found.size };
}

async function getRange(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
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

async function* list(
  base: string,
  prefix: string,
  { startAfter = '', limit = Infinity }: { readonly startAfter?: string; readonly limit?: number } = {},
): AsyncIterable<ObjectInfo> {
  let left = limit;
  if (left <= 0) return;
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  for await (const key of walk(base, folder, prefix, Buffer.from(startAfter))) {
    const found = await statOrNothing(join(base, key));
    if (found === undefined) continue;
    yield { key, size: found.size };
    if (--left <= 0) return;
  }
}

/** Keys below `folder` in byte order; folders that end before `startAfter` are not opened. */
async function* walk(base: string, folder: string, prefix: string, startAfter: Buffer): AsyncIterable<string> {
  const names = (await entriesOf(join(base, folder)))
    .filter((entry) => entry.name !== temporaryFolder && !/@\d+$/.test(entry.name))
    .map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : ''))
    .filter((key) => key.startsWith(prefix) || prefix.startsWith(key))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const key of names) {
    if (key.endsWith('/')) {
      const isBehind = Buffer.compare(Buffer.from(`${key}\u{10FFFF}`), startAfter) < 0;
      if (!isBehind) yield* walk(base, key, prefix, startAfter);
    } else if (key.startsWith(prefix) && Buffer.compare(Buffer.from(key), startAfter) > 0) yield key;
  }
}

async function entriesOf(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return [];
    throw error;
  }
}
