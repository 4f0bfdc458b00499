import { describe, expect, it } from 'vitest';
import { fileStatus, readManifest } from '../../../src/iceberg/manifests/manifest.ts';
import { readDataFiles, readManifests } from '../../../src/iceberg/manifests/read-snapshot.ts';
import { wholeOf } from '../../../src/iceberg/manifests/single-value.ts';
import { stageSnapshot, type SnapshotPlan } from '../../../src/iceberg/stage/stage-snapshot.ts';
import { currentSchema, currentSnapshot } from '../../../src/iceberg/metadata/table-metadata.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import {
  createTable,
  loadTable,
  openIcebergLake,
  putFile,
  stageOptions,
  type IcebergTestLake,
} from '../../support/iceberg-lake.ts';

async function commit(lake: IcebergTestLake, plan: Partial<SnapshotPlan>) {
  const table = await loadTable(lake);
  const whole: SnapshotPlan = { operation: 'append', added: [], removedPaths: new Set(), summary: {}, ...plan };
  const staged = await stageSnapshot(table.metadata, whole, stageOptions(lake));
  expect(await lake.iceberg.commit(table, staged)).toMatchObject({ kind: 'committed' });
  return staged;
}

async function append(lake: IcebergTestLake, ...offsets: bigint[]): Promise<string> {
  const file = await putFile(lake, await loadTable(lake), { offsets });
  await commit(lake, { added: [file] });
  return file.file_path;
}

async function filesOf(lake: IcebergTestLake) {
  const { metadata } = await loadTable(lake);
  return Array.fromAsync(readDataFiles(currentSnapshot(metadata), lake.files));
}

describe('a snapshot', () => {
  it('adds files to those that are there, with counts as Spark writes them', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const first = await append(lake, 0n, 1n, 2n);
    const second = await append(lake, 3n);
    const entries = await filesOf(lake);
    expect(entries.map((entry) => [entry.data_file.file_path, entry.sequence_number])).toEqual([
      [second, 2],
      [first, 1],
    ]);
    const bytes = entries.reduce((sum, { data_file: file }) => sum + file.file_size_in_bytes, 0);
    expect(currentSnapshot((await loadTable(lake)).metadata)?.summary).toEqual({
      operation: 'append',
      'added-data-files': '1',
      'added-records': '1',
      'added-files-size': String(entries[0]?.data_file.file_size_in_bytes),
      'changed-partition-count': '1',
      'total-records': '4',
      'total-data-files': '2',
      'total-files-size': String(bytes),
      'total-delete-files': '0',
      'total-position-deletes': '0',
      'total-equality-deletes': '0',
    });
  });

  it('says of each column how many values, nulls and bytes it has, and between which bounds, over all row groups', async () => {
    const lake = await openIcebergLake();
    const { metadata } = await createTable(lake);
    await append(lake, 5n, 9n, 7n, 2n ** 60n);
    const [entry] = await filesOf(lake);
    const id = currentSchema(metadata).fields.find(({ name }) => name === 'kafka_offset')?.id;
    const of = <Value>(pairs: readonly { key: number; value: Value }[] | null | undefined): Value | undefined =>
      pairs?.find(({ key }) => key === id)?.value;
    const { data_file: file } = entry ?? {};
    expect(file).toMatchObject({ record_count: 4, split_offsets: [4, expect.any(Number)] });
    expect([of(file?.value_counts), of(file?.null_value_counts)]).toEqual([4, 0]);
    expect([of(file?.lower_bounds), of(file?.upper_bounds)].map((bound) => bound && wholeOf(bound))).toEqual([
      5n,
      2n ** 60n,
    ]);
    expect(of(file?.column_sizes)).toBeGreaterThan(0);
  });

  it('takes files out: the others keep their age, and readers of changes see what went', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const [first, second] = [await append(lake, 0n), await append(lake, 1n)];
    const { metadata } = await loadTable(lake);
    const both = [
      await putFile(lake, await loadTable(lake), { offsets: [2n] }),
      await putFile(lake, await loadTable(lake), { offsets: [3n] }),
    ];
    await commit(lake, { added: both });
    const third = await putFile(lake, await loadTable(lake), { offsets: [4n] });
    const gone = both[0]?.file_path ?? '';
    const staged = await commit(lake, { operation: 'overwrite', added: [third], removedPaths: new Set([gone, first]) });
    expect(staged.missing).toEqual([]);
    const entries = await filesOf(lake);
    expect(new Map(entries.map((entry) => [entry.data_file.file_path, entry.sequence_number]))).toEqual(
      new Map([
        [third.file_path, 4],
        [both[1]?.file_path, 3],
        [second, 2],
      ]),
    );
    expect(staged.snapshot.summary).toMatchObject({
      'deleted-data-files': '2',
      'deleted-records': '2',
      'total-records': '3',
    });
    const manifests = await readManifests(staged.snapshot, lake.files);
    const all = await Promise.all(
      manifests.map(async (manifest) => [...readManifest(await lake.files.read(manifest.manifest_path), manifest)]),
    );
    const deleted = all.flat().filter(({ status }) => status === fileStatus.deleted);
    expect(deleted.map((entry) => entry.data_file.file_path).toSorted()).toEqual([gone, first].toSorted());
    expect(deleted.every((entry) => BigInt(entry.snapshot_id ?? 0) === staged.snapshot['snapshot-id'])).toBe(true);
    // the snapshot before still has them
    expect(await Array.fromAsync(readDataFiles(currentSnapshot(metadata), lake.files))).toHaveLength(2);
  });

  it('names paths that the table does not have', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    await append(lake, 0n);
    const staged = await commit(lake, {
      operation: 'overwrite',
      removedPaths: new Set(['s3://elsewhere/file.parquet']),
    });
    expect(staged.missing).toEqual(['s3://elsewhere/file.parquet']);
    expect(await filesOf(lake)).toHaveLength(1);
  });

  it('merges manifests before lists grow long, and loses no file and no age by it', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const file = await putFile(lake, await loadTable(lake), { offsets: [0n] });
    for (let index = 0; index < 104; index++)
      await commit(lake, { added: [{ ...file, file_path: `${file.file_path}${index}` }] });
    const { metadata } = await loadTable(lake);
    const manifests = await readManifests(currentSnapshot(metadata), lake.files);
    expect(manifests.length).toBeLessThan(10);
    const entries = await filesOf(lake);
    expect(new Set(entries.map((entry) => entry.data_file.file_path)).size).toBe(104);
    expect(entries.map((entry) => Number(entry.sequence_number)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 104 }, (_, index) => index + 1),
    );
    expect(entries.every((entry) => entry.data_file.lower_bounds?.length === 3)).toBe(true);
  });

  it('says what it adds and removes, also when it merges the manifests before it', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const [first] = [await append(lake, 0n), await append(lake, 1n), await append(lake, 2n)];
    const table = await loadTable(lake);
    const added = await putFile(lake, table, { offsets: [3n] });
    const plan = { operation: 'overwrite' as const, added: [added], removedPaths: new Set([first]), summary: {} };
    const { snapshot } = await stageSnapshot(table.metadata, plan, { ...stageOptions(lake), manifestsMin: 2 });
    const manifests = await readManifests(snapshot, lake.files);
    const entries = await Promise.all(
      manifests.map(async (manifest) => [...readManifest(await lake.files.read(manifest.manifest_path), manifest)]),
    );
    const changed = entries.flat().filter(({ status }) => status !== fileStatus.existing);
    expect(new Map(changed.map(({ data_file: file, status }) => [file.file_path, status]))).toEqual(
      new Map([
        [added.file_path, fileStatus.added],
        [first, fileStatus.deleted],
      ]),
    );
    expect(changed.every((entry) => BigInt(entry.snapshot_id ?? 0) === snapshot['snapshot-id'])).toBe(true);
    // the two that stay are in one manifest
    expect(manifests.map((manifest) => manifest.existing_files_count).filter((count) => count > 0)).toEqual([2]);
  });

  it('merges no more files into one manifest than a small process can hold, and leaves full ones alone', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const file = await putFile(lake, await loadTable(lake), { offsets: [0n] });
    const filesEach = 45;
    for (let index = 0; index < 100; index++) {
      const paths = Array.from({ length: filesEach }, (_, at) => `${file.file_path}-${index}-${at}`);
      await commit(lake, { added: paths.map((path) => ({ ...file, file_path: path })) });
    }
    const merged = await readManifests(currentSnapshot((await loadTable(lake)).metadata), lake.files);
    const counts = merged.map(({ existing_files_count: existing, added_files_count: added }) => existing + added);
    // the last snapshot's own stays apart
    expect(counts).toEqual([1980, 1980, 495, 45]);
    expect(new Set((await filesOf(lake)).map((entry) => entry.data_file.file_path)).size).toBe(100 * filesEach);
  });

  it('writes several manifests of many files, and counts them together', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const file = await putFile(lake, await loadTable(lake), { offsets: [0n, 1n] });
    const paths = Array.from({ length: 4001 }, (_, at) => `${file.file_path}-${at}`);
    const added = paths.map((path) => ({ ...file, file_path: path }));
    const { snapshot } = await commit(lake, { added });
    const manifests = await readManifests(snapshot, lake.files);
    expect(manifests.map(({ added_files_count: count }) => count).toSorted((a, b) => a - b)).toEqual([1, 2000, 2000]);
    expect(snapshot.summary).toMatchObject({ 'added-data-files': '4001', 'added-records': '8002' });
    const gone = paths.filter((_, at) => at % 2 === 0);
    const rest = await commit(lake, { operation: 'delete', removedPaths: new Set(gone) });
    expect(rest.missing).toEqual([]);
    expect(rest.snapshot.summary).toMatchObject({ 'deleted-data-files': '2001', 'total-records': '4000' });
    expect((await filesOf(lake)).map((entry) => entry.data_file.file_path).toSorted()).toEqual(
      paths.filter((_, at) => at % 2 === 1).toSorted(),
    );
  });

  it('is of the schema as it was when it was made', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    await append(lake, 0n);
    const table = await lake.catalog.load('readings');
    await lake.catalog.evolve({
      table: 'readings',
      expectedVersion: table?.version ?? '',
      addColumns: parseColumns('humidity double'),
    });
    await append(lake, 1n);
    const { snapshots } = (await loadTable(lake)).metadata;
    expect(snapshots.map((snapshot) => snapshot['schema-id'])).toEqual([0, 1]);
  });
});
