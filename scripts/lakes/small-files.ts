import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { defaultRecipe } from '../../bench/support/recipe.ts';
import { serializeEntry } from '../../src/consumer/ledger/entry/entry-format.ts';
import { ledgerFormat, stateOfFormat, type CommittedEntry } from '../../src/consumer/ledger/entry/ledger-entry.ts';
import { entryKey } from '../../src/consumer/ledger/keys/ledger-keys.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import { objectKey } from '../../src/consumer/ledger/keys/object-keys.ts';
import type { ColumnarTable } from '../../src/consumer/ports/columnar-table.ts';
import type { Catalog, ObjectStore, TableFormat } from '../../src/consumer/ports/lake.ts';
import { commitSnapshot } from '../../src/consumer/snapshot/commit-snapshot.ts';
import { createIcebergTables } from '../../src/iceberg/catalogs/iceberg-tables.ts';
import { createJsonCatalog } from '../../src/lake/catalog/json-catalog.ts';
import { createJsonIcebergCatalog } from '../../src/lake/catalog/json-iceberg-catalog.ts';
import { createLocalObjectStore } from '../../src/lake/store/local-object-store.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { hivePath, partitionKeys } from '../../src/schema/partitions/layout.ts';
import { columnsUpTo, rowsOf, type FileRows, type RowsForm, type Shape } from './small-rows.ts';

export interface SmallFiles {
  readonly root: string;
  readonly format: TableFormat;
  /** Of one hour, dealt out to four Kafka partitions. */
  readonly files: number;
  readonly rowsPerFile: number;
  readonly shape: Shape;
  readonly width: number;
}

export const database = 'glueless';
export const table = 'readings';
const topic = 'thermometer';
const partitions = 4;
const hour = ['2026-11-23', '09'];
const hourStartMs = Date.parse('2026-11-23T09:00:00Z');
const keys = partitionKeys('hour');

/** Writes a table of small files as the service leaves it: objects, ledger, catalog. */
export async function writeSmallFiles({ root, format, files, rowsPerFile, ...kind }: SmallFiles): Promise<void> {
  const form = { ...kind, files, hourStartMs };
  const store = createLocalObjectStore({ root });
  const iceberg = createJsonIcebergCatalog({ store, database, clock: systemClock });
  const catalog = format === 'iceberg' ? createIcebergTables(iceberg) : createJsonCatalog({ store, database });
  await createTable(catalog, store, form);
  const encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: 100_000 });
  for (let file = 0; file < files; file++) {
    const range = { partition: file % partitions, from: BigInt(Math.floor(file / partitions) * rowsPerFile) };
    const bytes = await encoder.encode(fileOf({ ...range, file, count: rowsPerFile }, form, format));
    const entry = entryOf({ ...range, rows: rowsPerFile, bytes, format });
    for (const { key } of entry.outcome.objects) await store.put(key, bytes);
    await store.put(entryKey({ table, topic, partition: range.partition }, range.from), serializeEntry(entry));
  }
  if (format === 'hive') return;
  const shared = { iceberg, store, parquet: hyparquetReader, ledger: new Ledger(store), table, topic };
  const newSnapshotId = (): bigint => BigInt(`0x${randomUUID().slice(0, 8)}`);
  const tools = { ...shared, clock: systemClock, newTryId: randomUUID, newSnapshotId };
  const options = { partitions: Array.from({ length: partitions }, (_, id) => id), entriesMin: 0 };
  for (let hasMore = true; hasMore;)
    hasMore = (await commitSnapshot({ name: table, kind: 'rows' }, options, tools))?.hasMore ?? false;
}

async function createTable(catalog: Catalog, store: ObjectStore, form: RowsForm): Promise<void> {
  const location = store.uri(`${table}/`);
  const parameters = { 'glueless.format': '1', 'glueless.topic': topic };
  const columns = columnsUpTo(form.files - 1, form);
  await catalog.create({ name: table, columns, partitionKeys: keys, location, parameters });
  const found = await catalog.load(table);
  if (found === undefined) throw new Error('the table was not made');
  await catalog.addPartitions(found, [{ values: hour, location: `${location}${path}/` }]);
}

const path = hivePath(
  keys.map(({ name }) => name),
  hour,
);

interface Range {
  readonly partition: number;
  readonly from: bigint;
}

/** Rows with the partition's values as columns, where the format has them in its files. */
function fileOf(rows: FileRows, form: RowsForm, format: TableFormat): ColumnarTable {
  const { rowCount, columns } = rowsOf(rows, form);
  if (format === 'hive') return { rowCount, columns };
  const ofPartition = keys.map(({ name }, at) => ({
    name,
    type: { kind: 'string' as const },
    data: { kind: 'values' as const, valueAt: () => hour[at] ?? '' },
  }));
  return { rowCount, columns: [...columns, ...ofPartition] };
}

function entryOf({
  partition,
  from,
  rows,
  bytes,
  format,
}: Range & { readonly rows: number; readonly bytes: Uint8Array; readonly format: TableFormat }): CommittedEntry {
  const range = { table, topic, partition, from, to: from + BigInt(rows), generation: 1 };
  const at = new Date(hourStartMs).toISOString();
  const facts = { kind: 'rows' as const, rows, partition: hour };
  return {
    ...range,
    format: ledgerFormat,
    state: stateOfFormat[format],
    writer: randomUUID(),
    claimedAt: at,
    reason: 'age',
    recipe: defaultRecipe,
    plan: [facts],
    outcome: {
      committedAt: at,
      records: rows,
      rows,
      deadLetters: 0,
      tombstones: 0,
      objects: [{ ...facts, key: objectKey(range, path), bytes: bytes.length, crc32: crc32(bytes) }],
      catalogVersion: '1',
    },
  };
}
