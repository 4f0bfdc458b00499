import { randomUUID } from 'node:crypto';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import { mergeHive, type HiveMergeOptions } from '../../src/consumer/maintain/hive/merge-partitions.ts';
import type { MergeTools } from '../../src/consumer/maintain/hive/merge-tools.ts';
import type { UpkeepEvent } from '../../src/consumer/maintain/upkeep.ts';
import type { Catalog, ObjectStore } from '../../src/consumer/ports/lake.ts';
import { createJsonCatalog } from '../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { AuditedLake } from './audited-lake.ts';
import { testTable, type TestLake } from './lake.ts';
import { createTestRewriter } from './test-rewriter.ts';

/** A table of one hour with so many batches of one row, in memory where no lake is given. */
export async function hourOf(batches: number, given?: Pick<TestLake, 'store' | 'catalog'>): Promise<AuditedLake> {
  const store = given?.store ?? createMemoryObjectStore();
  const catalog = given?.catalog ?? createJsonCatalog({ store, database: 'test' });
  const lake = await AuditedLake.empty({}, { root: '', store, catalog });
  for (let batch = 0; batch < batches; batch++) await lake.write(0, 1);
  return lake;
}

type MergeOptions = Partial<HiveMergeOptions> & Partial<MergeTools['upkeep']>;

export function createMergeTools(store: ObjectStore, overrides: Partial<MergeTools> = {}): MergeTools {
  return {
    store,
    catalog: createJsonCatalog({ store, database: 'test' }),
    ledger: new Ledger(store),
    parquet: hyparquetReader,
    openRewriter: async () => createTestRewriter(store),
    clock: systemClock,
    newId: randomUUID,
    eventTimeField: 'eventTime',
    upkeep: { targetBytes: 1_000_000, isDryRun: false },
    observe: () => {},
    ...overrides,
  };
}

/** Merges a table's files as a process of its own does; gives what it did. Nothing that was merged is old yet. */
export async function mergeLake(
  store: ObjectStore,
  { targetBytes = 1_000_000, isDryRun = false, ...options }: MergeOptions = {},
  overrides: Partial<MergeTools> = {},
): Promise<UpkeepEvent[]> {
  const events: UpkeepEvent[] = [];
  const observe = (event: UpkeepEvent): void => void events.push(event);
  const whole = {
    table: testTable,
    mayMerge: true,
    closedBeforeMs: systemClock.nowMs(),
    orphansBeforeMs: 0,
    expiredBefore: undefined,
    ...options,
  };
  await mergeHive(whole, createMergeTools(store, { upkeep: { targetBytes, isDryRun }, observe, ...overrides }));
  return events;
}

/** Reads all rows as a reader does that goes by the catalog: Kafka partition and offset of each, in their order. */
export async function rowsByCatalog(store: ObjectStore, catalog: Catalog, table = testTable): Promise<string[]> {
  const root = store.uri('_').slice(0, -1);
  const rows: string[] = [];
  for await (const { location } of catalog.listPartitions(table))
    for await (const { key } of store.list(location.slice(root.length))) {
      const stored = await store.get(key);
      if (stored === undefined) throw new Error(`${key} is listed and not there`);
      for (const row of await hyparquetReader.rows(stored.bytes))
        rows.push(`${Number(row['kafka_partition'])}/${Number(row['kafka_offset'])}`);
    }
  return rows.toSorted();
}

/** A store each of whose changes goes through `change`, which does it. */
function changingBy(store: ObjectStore, change: <T>(work: () => Promise<T>) => Promise<T>): ObjectStore {
  const changing =
    <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> =>
      change(() => work(...args));
  return {
    ...store,
    put: changing(store.put),
    ...(store.putFile && { putFile: changing(store.putFile) }),
    delete: changing(store.delete),
  };
}

/** A store that waits for `onChange` after each change of it. */
export function onChanges(store: ObjectStore, onChange: () => Promise<void>): ObjectStore {
  return changingBy(store, async (change) => {
    const result = await change();
    await onChange();
    return result;
  });
}

/** The store of a process that is frozen before its nth change, until it is woken up. */
export function frozenStore(store: ObjectStore, nth: number) {
  const [reached, woken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let changes = 0;
  const frozen = changingBy(store, async (change) => {
    if (++changes === nth) {
      reached.resolve();
      await woken.promise;
    }
    return change();
  });
  return { reached: reached.promise, wakeUp: woken.resolve, store: frozen };
}
