import { MergedObjects } from '../../consumer/audit/objects/merged-objects.ts';
import { isExpired, readExpiry } from '../../consumer/ledger/notes/expired-days.ts';
import { isWritten, type WrittenEntry, type WrittenObject } from '../../consumer/ledger/entry/ledger-entry.ts';
import type { Ledger } from '../../consumer/ledger/ledger.ts';
import { offsetsEnd, type TopicPath } from '../../consumer/ledger/keys/ledger-keys.ts';
import type { ObjectInfo, TableFormat } from '../../consumer/ports/lake.ts';
import { objectSource, type ParquetReader, type ParquetSource } from '../../consumer/ports/parquet.ts';
import { coordinateColumns } from '../../consumer/table/objects/file-offsets.ts';
import { mapConcurrently, readsAtOnce } from '../../runtime/concurrency.ts';
import { hasCode, PipelineError } from '../../runtime/errors.ts';
import type { Lake } from './lake.ts';

interface NewestFileOptions {
  readonly lake: Pick<Lake, 'store' | 'parquet'>;
  readonly ledger: Ledger;
  readonly format: TableFormat;
}

/** A larger file is read by its footer and the first row group of two columns. */
const wholeBytesMax = 1_000_000;

/**
 * Reads the file that was written last, as readers of the table do, and says in words what was read. Rejects with STORE_* where it can't be had,
 * OBJECT_UNREADABLE for what is no Parquet file of so many rows.
 */
export async function readNewestFile(path: TopicPath, options: NewestFileOptions): Promise<string> {
  const entry = await newestEntry(path, options.ledger);
  if (entry === undefined) return 'no batch is written yet';
  const { objects } = entry.outcome;
  const object = objects.findLast(({ kind }) => kind === 'rows') ?? objects.at(-1);
  if (object === undefined) return 'the newest batch needed no file';
  return readObject(object, path, options);
}

/** The entry that was committed last, of all Kafka partitions, as it counts now. */
async function newestEntry(path: TopicPath, ledger: Ledger): Promise<WrittenEntry | undefined> {
  const found = await mapConcurrently(await ledger.partitions(path), readsAtOnce, async (partition) => {
    const last = await ledger.lastWithRecord({ ...path, partition }, offsetsEnd);
    const current = last && (await ledger.find({ ...path, partition }, last.from));
    return current && isWritten(current.entry) ? [current.entry] : [];
  });
  const committedAt = ({ outcome }: WrittenEntry): number => Date.parse(outcome.committedAt);
  return found
    .flat()
    .toSorted((a, b) => committedAt(a) - committedAt(b))
    .at(-1);
}

async function readObject(object: WrittenObject, path: TopicPath, options: NewestFileOptions): Promise<string> {
  const { store } = options.lake;
  const { key, partition } = object;
  const info = await store.head(key);
  if (info !== undefined) return readFile(info, object.rows, options);
  const merged = await new MergedObjects({ store, table: path.table }).find(object);
  if (merged !== undefined) return readFile(merged, undefined, options);
  if (isExpired(partition, await readExpiry(store, path.table))) return `${key} was removed with its day`;
  if (options.format === 'iceberg') return `rows of ${key} were written into another file since`;
  throw new PipelineError('STORE_MISSING', {
    message: `${store.uri(key)} is gone, though the ledger lists it`,
    retryable: false,
    details: { key },
    hint: '`glueless verify` names all files that are missing; restore them, or `glueless replay` their range',
  });
}

/** `expected`: rows, where the ledger knows how many. */
async function readFile(
  info: Pick<ObjectInfo, 'key' | 'size'>,
  expected: number | undefined,
  { lake: { store, parquet } }: NewestFileOptions,
): Promise<string> {
  const name = store.uri(info.key);
  const rows = await readRows(objectSource(store, info), parquet).catch((error: unknown) => {
    if (!hasCode(error, 'OBJECT_UNREADABLE')) throw error;
    throw unreadable(name, `can't be read: ${error.message}`);
  });
  if (expected !== undefined && rows !== expected)
    throw unreadable(name, `has ${rows} rows, the ledger says ${expected}`);
  return `read ${name}, ${rows} rows`;
}

async function readRows(source: ParquetSource, parquet: ParquetReader): Promise<number> {
  const rows = await parquet.rowCount(source);
  if (source.size <= wholeBytesMax) await parquet.rows(await source.read(0, source.size));
  else for await (const _group of parquet.optionalIntegerChunks(source, coordinateColumns)) break;
  return rows;
}

function unreadable(name: string, what: string): PipelineError {
  return new PipelineError('OBJECT_UNREADABLE', {
    message: `${name} ${what}`,
    retryable: false,
    details: { name },
    hint: '`glueless verify --deep` names all such files; `glueless replay` writes their range again',
  });
}
