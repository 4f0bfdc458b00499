import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { CommitTools } from '../../src/consumer/commit/tools/commit-tools.ts';
import { decoderVersion } from '../../src/consumer/ledger/entry/decoder-version.ts';
import type { Recipe } from '../../src/consumer/ledger/entry/recipe.ts';
import type { LedgerPath } from '../../src/consumer/ledger/keys/ledger-keys.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import type { PipelineObserver } from '../../src/consumer/commit/tools/pipeline-observer.ts';
import type { Catalog, ObjectStore, TableFormat } from '../../src/consumer/ports/lake.ts';
import type { TopicReader } from '../../src/consumer/ports/topic.ts';
import { TableWriter } from '../../src/consumer/table/table-writer.ts';
import type { TableWriterOptions } from '../../src/consumer/table/writer-options.ts';
import { verify, type VerifyOptions, type VerifyReport } from '../../src/consumer/audit/verify.ts';
import { createJsonCatalog } from '../../src/lake/catalog/json-catalog.ts';
import { createLocalObjectStore } from '../../src/lake/store/local-object-store.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { systemClock } from '../../src/runtime/clock.ts';

export const testTable = 'readings';
export const testTopic = 'readings';

/** Names one Kafka partition's part of the tests' ledger. */
export function testPath(partition = 0): LedgerPath {
  return { table: testTable, topic: testTopic, partition };
}

/** Makes a folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'glueless-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return folder;
}

export interface TestLake {
  readonly root: string;
  readonly store: ObjectStore;
  readonly catalog: Catalog;
}

export async function openTestLake(): Promise<TestLake> {
  const root = await temporaryFolder();
  const store = createLocalObjectStore({ root });
  return { root, store, catalog: createJsonCatalog({ store, database: 'test' }) };
}

export interface TestToolsOptions {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly observer?: PipelineObserver;
  readonly writer?: Partial<TableWriterOptions>;
  readonly recipe?: Partial<Recipe>;
  readonly placement?: Partial<Recipe['placement']>;
  readonly tableFormat?: TableFormat;
}

export const testRecipe: Recipe = {
  decoder: decoderVersion,
  placement: { layout: 'hour', eventTimeField: 'eventTime', pastDaysMax: 30, futureDaysMax: 1 },
  recordBytesMax: 100_000,
  depthMax: 8,
  fields: { deny: [], rename: [] },
  numbers: 'double',
  columnsMax: 100,
  growth: 'all',
  hints: '',
  kafkaColumns: true,
  deadLetterPayload: 'full',
};

/** Makes commit tools in which everything is real but the broker. */
export function createTestTools({
  store,
  catalog,
  observer = {},
  writer = {},
  recipe = {},
  placement = {},
  tableFormat = 'hive',
}: TestToolsOptions): CommitTools {
  return {
    ledger: new Ledger(store),
    writer: new TableWriter({
      store,
      catalog,
      encoder: createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000 }),
      parquet: hyparquetReader,
      table: testTable,
      topic: testTopic,
      ...writer,
    }),
    table: writer.table ?? testTable,
    topic: testTopic,
    tableFormat,
    recipe: { ...testRecipe, ...recipe, placement: { ...testRecipe.placement, ...placement } },
    clock: systemClock,
    random: () => 0,
    newWriterId: randomUUID,
    observer,
    patienceMs: 5000,
  };
}

export async function audit(
  { store, catalog }: Pick<TestLake, 'store' | 'catalog'>,
  reader?: TopicReader,
  options: Partial<VerifyOptions> = {},
): Promise<VerifyReport> {
  return verify({
    ledger: new Ledger(store),
    store,
    catalog,
    parquet: hyparquetReader,
    ...(reader && { reader }),
    table: testTable,
    topic: testTopic,
    nowMs: systemClock.nowMs(),
    claimAgeMaxMs: 60_000,
    deep: true,
    ...options,
  });
}

/** Reads all rows of the table, sorted by their Kafka coordinates. */
export async function readRows(
  { store }: Pick<TestLake, 'store'>,
  table = testTable,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const { key } of store.list(`${table}/`)) {
    const stored = key.endsWith('.parquet') ? await store.get(key) : undefined;
    if (stored !== undefined) rows.push(...(await hyparquetReader.rows(stored.bytes)));
  }
  return rows.toSorted(
    (a, b) =>
      Number(a['kafka_partition']) - Number(b['kafka_partition']) ||
      Number(a['kafka_offset']) - Number(b['kafka_offset']),
  );
}

/** Offsets of the table's rows; of one Kafka partition they ascend. */
export async function readOffsets(lake: Pick<TestLake, 'store'>, table = testTable): Promise<number[]> {
  return (await readRows(lake, table)).map((row) => Number(row['kafka_offset']));
}

/** Offsets of all rows and dead letters, ascending. */
export async function readAllOffsets(lake: Pick<TestLake, 'store'>): Promise<number[]> {
  const offsets = [...(await readOffsets(lake)), ...(await readOffsets(lake, `${testTable}_dead_letters`))];
  return offsets.toSorted((a, b) => a - b);
}
