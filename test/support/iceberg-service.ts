import { randomUUID } from 'node:crypto';
import type { CommitTools } from '../../src/consumer/commit/tools/commit-tools.ts';
import type { PipelineObserver } from '../../src/consumer/commit/tools/pipeline-observer.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import { commitSnapshot, type SnapshotOutcome } from '../../src/consumer/snapshot/commit-snapshot.ts';
import { createPublication } from '../../src/consumer/snapshot/replace-files.ts';
import { SnapshotSchedule } from '../../src/consumer/snapshot/snapshot-schedule.ts';
import type { SnapshotTools } from '../../src/consumer/snapshot/snapshot-tools.ts';
import type { IcebergCatalog } from '../../src/iceberg/iceberg-catalog.ts';
import { readDataFiles } from '../../src/iceberg/manifests/read-snapshot.ts';
import { columnsOfFields, fieldIdsOf } from '../../src/iceberg/metadata/iceberg-columns.ts';
import type { DataFile } from '../../src/iceberg/manifests/manifest.ts';
import { stageSnapshot } from '../../src/iceberg/stage/stage-snapshot.ts';
import { describeFile } from '../../src/iceberg/manifests/data-file.ts';
import { sourceOf } from '../../src/consumer/ports/parquet.ts';
import type { RowRange } from '../../src/consumer/ports/parquet-rewriter.ts';
import { currentSchema, currentSnapshot, type Snapshot } from '../../src/iceberg/metadata/table-metadata.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { PipelineError } from '../../src/runtime/errors.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { FakeTopic } from '../fakes/fake-topic.ts';
import { loadTable, stageOptions, type IcebergTestLake } from './iceberg-lake.ts';
import { largeSnapshotId } from './iceberg-tables.ts';
import { createTestTools, testTable, testTopic, type TestToolsOptions } from './lake.ts';
import { run, type Overrides } from './run-service.ts';
import { createTestRewriter } from './test-rewriter.ts';
import { readIntegers } from './read-integers.ts';

let lastSnapshotId = 1000n;

export function createSnapshotTools(
  { store, iceberg }: Pick<IcebergTestLake, 'store' | 'iceberg'>,
  overrides: Partial<SnapshotTools> = {},
): SnapshotTools {
  return {
    iceberg,
    store,
    parquet: hyparquetReader,
    ledger: new Ledger(store),
    table: testTable,
    topic: testTopic,
    clock: systemClock,
    newTryId: randomUUID,
    newSnapshotId: () => ++lastSnapshotId,
    ...overrides,
  };
}

export function createIcebergTools(
  lake: Pick<IcebergTestLake, 'store' | 'iceberg' | 'catalog'>,
  observer: PipelineObserver = {},
  options: Partial<TestToolsOptions> = {},
): CommitTools {
  const tools = createTestTools({
    ...lake,
    ...options,
    observer,
    tableFormat: 'iceberg',
    recipe: { widensNumbers: true, ...options.recipe },
  });
  const rewriter = createTestRewriter(lake.store);
  return {
    ...tools,
    publication: createPublication({ ...createSnapshotTools(lake), openRewriter: async () => rewriter }),
  };
}

/**
 * Has all rows of these data files, of one partition, be in one file of another name, as OPTIMIZE of another engine does; `leftOut`: without
 * these rows, as its DELETE does; `isCopy`: in that one, too, as its INSERT does.
 */
export async function rewriteAsOthersDo(
  lake: IcebergTestLake,
  {
    name = testTable,
    chooses = () => true,
    leftOut = [],
    isCopy = false,
  }: { name?: string; chooses?: (path: string) => boolean; leftOut?: readonly RowRange[]; isCopy?: boolean } = {},
): Promise<void> {
  const table = await loadTable(lake, name);
  const entries = await Array.fromAsync(readDataFiles(currentSnapshot(table.metadata), lake.files));
  const chosen = entries.map(({ data_file: file }) => file).filter(({ file_path: path }) => chooses(path));
  const groups = Map.groupBy(chosen, ({ partition }) => JSON.stringify(partition));
  const { fields } = currentSchema(table.metadata);
  const added: DataFile[] = [];
  for (const files of groups.values()) {
    const [first] = files;
    if (first === undefined) continue;
    const key = lake.files.keyOf(first.file_path.replace(/[^/]+$/, `optimized-${randomUUID()}.parquet`));
    const sources = files.map((file) => ({ key: lake.files.keyOf(file.file_path), bytes: file.file_size_in_bytes }));
    const { bytes } = await createTestRewriter(lake.store).rewrite({
      sources,
      key,
      columns: columnsOfFields(fields, name),
      fieldIds: fieldIdsOf(fields),
      orderBy: [],
      leftOut,
    });
    if (bytes === 0) continue;
    const stored = await lake.store.get(key);
    const statistics = await hyparquetReader.statistics(sourceOf(stored?.bytes ?? new Uint8Array()));
    const partition = Object.values(first.partition).map(String);
    added.push(describeFile({ uri: lake.store.uri(key), bytes, partition, statistics }, table.metadata));
  }
  const removedPaths = new Set(isCopy ? [] : chosen.map(({ file_path: path }) => path));
  const plan = { operation: 'replace' as const, added, removedPaths, summary: {} };
  const options = { ...stageOptions(lake), metadataPrefix: `${name}/metadata/`, snapshotId: largeSnapshotId() };
  const outcome = await lake.iceberg.commit(table, await stageSnapshot(table.metadata, plan, options));
  if (outcome.kind !== 'committed') throw new Error('somebody else changed the table');
}

/** Runs the service in Iceberg mode on everything real but the broker; left out: until the end of the topic. */
export async function runIceberg(
  topic: FakeTopic,
  lake: Pick<IcebergTestLake, 'store' | 'iceberg' | 'catalog'>,
  { observer = {}, everyMs = 50, ...overrides }: Overrides & { readonly everyMs?: number } = {},
): Promise<CommitTools> {
  const tools = createIcebergTools(lake, observer);
  const snapshots = new SnapshotSchedule({ snapshots: createSnapshotTools(lake), tools, everyMs });
  await run(topic, lake, { tools, snapshots, ...overrides });
  return tools;
}

/** Commits what is written for the table of rows, by a process of its own. */
export async function commitRows(
  lake: Pick<IcebergTestLake, 'store' | 'iceberg'>,
  overrides: Partial<SnapshotTools> = {},
): Promise<SnapshotOutcome | undefined> {
  const options = { partitions: [0, 1, 2], entriesMin: 100 };
  return commitSnapshot({ name: testTable, kind: 'rows' }, options, createSnapshotTools(lake, overrides));
}

/** Commits what is written for the tables of rows and of dead letters. */
export async function commitBoth(lake: Pick<IcebergTestLake, 'store' | 'iceberg'>): Promise<void> {
  await commitRows(lake);
  const table = { name: `${testTable}_dead_letters`, kind: 'dead-letters' as const };
  await commitSnapshot(table, { partitions: [0], entriesMin: 0 }, createSnapshotTools(lake));
}

/** Reads which offsets a snapshot holds, each as `partition/offset`, from its files alone. */
export async function offsetsIn(lake: IcebergTestLake, snapshot: Snapshot | undefined): Promise<string[]> {
  const entries = await Array.fromAsync(readDataFiles(snapshot, lake.files));
  const rows = await Promise.all(
    entries.map(async ({ data_file: { file_path: path } }) => {
      const [partitions = [], offsets = []] = await readIntegers(await lake.files.read(path), [
        'kafka_partition',
        'kafka_offset',
      ]);
      return partitions.map((partition, index) => `${partition}/${offsets[index]}`);
    }),
  );
  return rows.flat().toSorted();
}

/** Reads what readers of the table see now. */
export async function visibleOffsets(lake: IcebergTestLake, name = testTable): Promise<string[]> {
  return offsetsIn(lake, currentSnapshot((await loadTable(lake, name)).metadata));
}

/** Reads every snapshot that the table still has, and gives the offsets that one of them holds twice. */
export async function doubledOffsets(lake: IcebergTestLake, name = testTable): Promise<string[]> {
  const { snapshots } = (await loadTable(lake, name)).metadata;
  const held = await Promise.all(snapshots.map((snapshot) => offsetsIn(lake, snapshot)));
  return held.flatMap((offsets) => offsets.filter((offset, index) => offsets[index + 1] === offset));
}

/** All offsets of a topic whose partitions hold so many records each. */
export function allOffsets(partitions: number, records: number): string[] {
  const of = (partition: number) => Array.from({ length: records }, (_, offset) => `${partition}/${offset}`);
  return Array.from({ length: partitions }, (_, partition) => of(partition))
    .flat()
    .toSorted();
}

export const commitFaults = ['lost-answer', 'never-arrives', 'late'] as const;
type CommitFault = (typeof commitFaults)[number];

/** The same lake, whose next commit goes wrong once. */
export function withFault(lake: IcebergTestLake, fault: CommitFault): IcebergTestLake {
  const faults = [fault];
  return { ...lake, iceberg: faultyCatalog(lake.iceberg, () => faults.pop()) };
}

/** A catalog whose commits go wrong as networks do. `late`: the request arrives after the client has given up, at the next call. */
export function faultyCatalog(real: IcebergCatalog, nextFault: () => CommitFault | undefined): IcebergCatalog {
  let late: (() => Promise<unknown>) | undefined;
  const arrive = async (): Promise<void> => {
    const request = late;
    late = undefined;
    await request?.();
  };
  return {
    load: async (name) => real.load(name),
    create: async (name, updates) => real.create(name, updates),
    commit: async (base, change) => {
      const fault = nextFault();
      if (fault === undefined) {
        const outcome = await real.commit(base, change);
        await arrive();
        return outcome;
      }
      if (fault === 'lost-answer') await real.commit(base, change);
      if (fault === 'late') late = () => real.commit(base, change);
      throw new PipelineError('CATALOG_UNAVAILABLE', { message: 'no answer', retryable: true });
    },
  };
}
