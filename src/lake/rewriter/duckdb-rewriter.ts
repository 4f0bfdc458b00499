import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import type { ObjectStore } from '../../consumer/ports/lake.ts';
import { objectSource, type ParquetReader } from '../../consumer/ports/parquet.ts';
import type {
  ParquetRewriter,
  RewriteRequest,
  RewriteSource,
  RewrittenObject,
} from '../../consumer/ports/parquet-rewriter.ts';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import type { CopyTools } from './copy-request.ts';
import { copyRows } from './duckdb-copy.ts';
import { explainFileError, isCode } from '../store/explain-file-error.ts';
import { localSource } from './local-source.ts';
import { examineSource, leafIds } from './rewrite-sources.ts';
import { SourceFiles } from './source-files.ts';

export interface RewriterOptions extends CopyTools {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
  /** Where temporary files go; default: the system's. They are removed at the end. */
  readonly folder?: string;
}

/** Bytes of an object that are in memory at a time. */
const chunkBytes = 8 * 1024 * 1024;

/** Rewrites by DuckDB on one thread, which spills to the disk what does not fit into its share of the memory. */
export function createDuckdbRewriter(options: RewriterOptions): ParquetRewriter {
  const { store, parquet } = options;
  return {
    check: async ({ sources, ...target }) => {
      for (const { key, bytes: size } of sources) {
        await examineSource({ key, source: objectSource(store, { key, size }) }, target, parquet);
      }
    },
    rewrite: async (request) => {
      const folder = await makeFolder(options.folder ?? tmpdir());
      try {
        return await rewrite(request, folder, options);
      } catch (error) {
        throw explainFileError(error, folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function makeFolder(parent: string): Promise<string> {
  try {
    return await mkdtemp(join(parent, 'glueless-rewrite-'));
  } catch (error) {
    if (isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT')) throw explainFileError(error, parent);
    throw new PipelineError('STORE_DENIED', {
      message: `no folder for temporary files can be made: ${messageOf(error)}`,
      retryable: false,
      hint: 'set TMPDIR to a folder that the process can write to',
      cause: error,
    });
  }
}

async function rewrite(
  request: RewriteRequest,
  folder: string,
  { store, parquet, ...tools }: RewriterOptions,
): Promise<RewrittenObject> {
  const sources = new SourceFiles(request.columns);
  for (const source of request.sources) {
    const path = await bringHere(source, folder, store);
    sources.add(path, await examineSource({ key: source.key, source: await localSource(path) }, request, parquet));
  }
  const target = join(folder, `${randomUUID()}.parquet`);
  const { rows, leftOutRows } = await copyRows({ ...request, sources, target, folder }, tools);
  if (rows + leftOutRows !== sources.rows) throw wrong(request, `${rows} of ${sources.rows} rows`);
  if (rows === 0) return { key: request.key, rows, leftOutRows, bytes: 0, crc32: 0 };
  await checkWritten(target, { ...request, rows }, parquet);
  await request.confirm?.({ rows, leftOutRows });
  return { key: request.key, rows, leftOutRows, ...(await upload(target, request.key, store)) };
}

/** Gives the file of an object: where it lies in a folder, else a copy of it. */
async function bringHere({ key, bytes }: RewriteSource, folder: string, store: ObjectStore): Promise<string> {
  const uri = store.uri(key);
  if (uri.startsWith('file:')) return fileURLToPath(uri);
  const path = join(folder, `${randomUUID()}.parquet`);
  const file = await open(path, 'wx');
  try {
    for (let start = 0; start < bytes; start += chunkBytes)
      await file.writeFile(await store.getRange(key, start, Math.min(bytes, start + chunkBytes)));
    return path;
  } finally {
    await file.close();
  }
}

/** Reads back what was written, by a reader that shares no code with DuckDB. */
async function checkWritten(
  path: string,
  { rows, ...request }: RewriteRequest & { readonly rows: number },
  parquet: ParquetReader,
): Promise<void> {
  const source = await localSource(path);
  const facts = await examineSource({ key: request.key, source }, request, parquet);
  if (facts.rows !== rows) throw wrong(request, `${facts.rows} rows in the file, ${rows} written`);
  if (facts.columns.length !== request.columns.length) throw wrong(request, 'columns are missing');
  if (request.fieldIds === undefined) return;
  const { leaves } = await parquet.statistics(source);
  const ids = leafIds(request.columns, request.fieldIds);
  for (const { path: leaf, fieldId } of leaves)
    if (ids.get(leaf.join('.')) !== fieldId) throw wrong(request, `the column ${leaf.join('.')} has another id`);
}

/** Puts the file; a refusal is the answer of our own first try: nobody else has this name. */
async function upload(
  path: string,
  key: string,
  store: ObjectStore,
): Promise<Pick<RewrittenObject, 'bytes' | 'crc32'>> {
  let [bytes, checksum] = [0, 0];
  for await (const chunk of createReadStream(path)) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a stream without an encoding gives bytes');
    bytes += chunk.length;
    checksum = crc32(chunk, checksum);
  }
  if (store.putFile === undefined) await store.put(key, await readFile(path), { ifAbsent: true });
  else await store.putFile(key, { path, size: bytes, crc32: checksum });
  return { bytes, crc32: checksum };
}

function wrong({ key }: Pick<RewriteRequest, 'key'>, what: string): PipelineError {
  return new PipelineError('ENCODE_FAILED', {
    message: `DuckDB has not written ${key} as it should: ${what}; nothing was changed`,
    retryable: false,
    details: { key },
  });
}
