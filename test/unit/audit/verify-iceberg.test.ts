import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isWritten } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import { planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { positionsProperty } from '../../../src/consumer/snapshot/table-positions.ts';
import { describeFile } from '../../../src/iceberg/manifests/data-file.ts';
import type { DataFile } from '../../../src/iceberg/manifests/manifest.ts';
import { readDataFiles, readManifests } from '../../../src/iceberg/manifests/read-snapshot.ts';
import { stageSnapshot, type SnapshotPlan } from '../../../src/iceberg/stage/stage-snapshot.ts';
import { currentSchema, currentSnapshot } from '../../../src/iceberg/metadata/table-metadata.ts';
import { sourceOf } from '../../../src/consumer/ports/parquet.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { jsonRecords } from '../../support/chunks.ts';
import {
  changeTable,
  type IcebergTestLake,
  loadTable,
  openIcebergLake,
  setProperties,
  stageOptions,
} from '../../support/iceberg-lake.ts';
import { commitRows, createIcebergTools, runIceberg } from '../../support/iceberg-service.ts';
import { audit, createTestTools, testPath, testTable } from '../../support/lake.ts';
import { topicOf } from '../../support/run-service.ts';
import { maintainLake } from '../../support/maintain-lake.ts';
import { replaySnapshots } from '../../support/replay-snapshots.ts';
import { writeBatches } from '../../support/write-batches.ts';

const hourMs = 3_600_000;

/** Audits a lake, as if an hour had passed since it was written. */
async function auditLater(lake: IcebergTestLake) {
  const { iceberg } = lake;
  return audit(lake, undefined, { iceberg, nowMs: systemClock.nowMs() + hourMs });
}

async function problemsOf(lake: IcebergTestLake): Promise<string[]> {
  return (await auditLater(lake)).findings.map(({ problem }) => problem);
}

/** Makes a lake with three entries of 4, 5 and 6 rows; the table has taken in each by a snapshot of its own. */
async function openWrittenLake(): Promise<IcebergTestLake> {
  const lake = await openIcebergLake();
  const batches = [4, 5, 6].map((size) => jsonRecords(...Array.from({ length: size }, (_, n) => ({ n }))));
  for (const [index] of batches.entries()) {
    await writeBatches(createIcebergTools(lake), batches.slice(0, index + 1));
    await commitRows(lake);
  }
  return lake;
}

async function commitPlan(lake: IcebergTestLake, plan: Partial<SnapshotPlan>): Promise<void> {
  const table = await loadTable(lake);
  const whole = { operation: 'replace' as const, added: [], removedPaths: new Set<string>(), summary: {}, ...plan };
  const staged = await stageSnapshot(table.metadata, whole, { ...stageOptions(lake), snapshotId: 7n });
  expect((await lake.iceberg.commit(table, staged)).kind).toBe('committed');
}

async function liveFiles(lake: IcebergTestLake): Promise<DataFile[]> {
  const { metadata } = await loadTable(lake);
  return (await Array.fromAsync(readDataFiles(currentSnapshot(metadata), lake.files))).map(
    ({ data_file: file }) => file,
  );
}

/** Copies a file as another engine does that rewrites it, and describes the copy. */
async function rewrite(lake: IcebergTestLake, { file_path: path, partition }: DataFile): Promise<DataFile> {
  const bytes = await lake.files.read(path);
  const key = `${testTable}/data/${randomUUID()}.parquet`;
  await lake.store.put(key, bytes);
  const statistics = await hyparquetReader.statistics(sourceOf(bytes));
  const values = Object.values(partition).map(String);
  const file = { uri: lake.store.uri(key), bytes: bytes.length, partition: values, statistics };
  return describeFile(file, (await loadTable(lake)).metadata);
}

describe('verify on an Iceberg table', () => {
  it('finds nothing wrong with what the service wrote, dead letters too', async () => {
    const topic = topicOf(2, 40);
    topic.append(0, ...jsonRecords('no JSON'));
    const lake = await openIcebergLake();
    await runIceberg(topic, lake);
    const report = await auditLater(lake);
    expect(report.findings).toEqual([]);
    // members that commit at once leave some of theirs
    expect(report.unnamed?.filter((key) => !key.includes('/metadata/'))).toEqual([]);
    expect(report.partitions.map(({ rows, deadLetters }) => rows + deadLetters)).toEqual([41, 40]);
  });

  it('finds nothing wrong after a replay, whose older files only older snapshots have', async () => {
    const lake = await openIcebergLake();
    const topic = await writeBatches(createIcebergTools(lake), [
      jsonRecords({ n: 1 }, { n: 2 }),
      jsonRecords({ n: 3 }),
    ]);
    await commitRows(lake);
    const tools = createIcebergTools(lake);
    const entries = await Array.fromAsync(tools.ledger.entries(testPath()));
    const policy = { rowsMax: 20, bytesMax: 1e6, ageMaxMs: 1000 };
    const { signal } = new AbortController();
    for (const item of planReplay({ partition: 0, from: 0n, to: 2n }, entries, topic.marksOf(0)))
      await replayItem(item, { reader: topic, tools, policy, signal });
    expect((await liveFiles(lake)).map(({ record_count: rows }) => rows).toSorted((a, b) => a - b)).toEqual([1, 2]);
    const { iceberg } = lake;
    const nowMs = systemClock.nowMs() + hourMs;
    expect((await audit(lake, topic, { iceberg, nowMs })).findings).toEqual([]);
  });

  it('says of a file that only older snapshots have what ends the finding', async () => {
    const lake = await openWrittenLake();
    const [path = ''] = (await liveFiles(lake)).map(({ file_path: uri }) => uri);
    const gone = lake.files.keyOf(path);
    await commitPlan(lake, { operation: 'delete', removedPaths: new Set([path]) });
    await lake.store.delete([gone]);
    const missing = (await auditLater(lake)).findings.filter(({ problem }) => problem === 'object-missing');
    expect(missing).toEqual([
      expect.objectContaining({
        where: gone,
        what: expect.stringContaining('only snapshots before the current one have it'),
        action: expect.stringContaining('the table keeps its last 100 (history.expire.min-snapshots-to-keep)'),
      }),
    ]);
    await setProperties(lake, { 'history.expire.min-snapshots-to-keep': '1' });
    await maintainLake(lake, {}, { clock: { ...systemClock, nowMs: () => systemClock.nowMs() + hourMs } });
    expect(await problemsOf(lake)).not.toContain('object-missing');
  });

  it('names files that no snapshot names, and calls none of them wrong', async () => {
    const lake = await openWrittenLake();
    const key = `${testTable}/metadata/00009-${randomUUID()}.metadata.json`;
    await lake.store.put(key, Buffer.from('{}'));
    expect(await auditLater(lake)).toMatchObject({ findings: [], unnamed: [key] });
  });

  it('finds what was written long ago and is in no snapshot', async () => {
    const lake = await openIcebergLake();
    await writeBatches(createIcebergTools(lake), [jsonRecords({ n: 1 })]);
    expect(await problemsOf(lake)).toEqual(['snapshot-late']);
    expect((await audit(lake, undefined, { iceberg: lake.iceberg })).findings).toEqual([]);
  });

  it('finds a table that was set back to an older snapshot, and the rows that readers miss', async () => {
    const lake = await openWrittenLake();
    const [first] = (await loadTable(lake)).metadata.snapshots;
    const id = first?.['snapshot-id'] ?? 0n;
    await changeTable(lake, [{ action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id }]);
    expect(await problemsOf(lake)).toEqual(['table-rolled-back', 'table-rows', 'table-rows']);
  });

  it('finds a file that somebody took out of the table', async () => {
    const lake = await openWrittenLake();
    const gone = (await liveFiles(lake)).find(({ record_count: rows }) => rows === 5);
    await commitPlan(lake, { operation: 'overwrite', removedPaths: new Set([gone?.file_path ?? '']) });
    const { findings } = await auditLater(lake);
    expect(findings).toMatchObject([{ problem: 'table-rows', partition: 0, where: '[4, 9)' }]);
    expect(findings[0]?.what).toContain('readers miss 5 rows');
  });

  it('names what a killed redrive has left first where readers see half of it', async () => {
    const lake = await openWrittenLake();
    const { ledger } = createIcebergTools(lake);
    const found = await ledger.get(testPath(), 4n);
    if (found === undefined || !isWritten(found.entry)) throw new TypeError('nothing is committed');
    const { entry } = found;
    const replacement = {
      generation: 1,
      plan: [],
      why: 'redrive' as const,
      recipe: entry.recipe,
      writer: 'w',
      startedAt: '2026-11-23T00:00:00.000Z',
    };
    await ledger.replace(found, { ...entry, state: 'replacing', replacement });
    const gone = (await liveFiles(lake)).find(({ record_count: rows }) => rows === 5);
    await commitPlan(lake, { operation: 'overwrite', removedPaths: new Set([gone?.file_path ?? '']) });
    const { findings } = await auditLater(lake);
    const command = 'glueless redrive';
    expect(findings).toMatchObject([
      {
        problem: 'unfinished-replacement',
        action: command,
        what: expect.stringContaining('queries see each row once'),
      },
      { problem: 'table-rows', action: `end what was begun first: ${command}; then run verify again` },
    ]);
  });

  it('finds positions that somebody set back: the next snapshot would double rows', async () => {
    const lake = await openWrittenLake();
    const updates = { [positionsProperty]: JSON.stringify({ 'readings/0': '9' }) };
    await setProperties(lake, updates);
    expect(await problemsOf(lake)).toEqual(['table-position', 'snapshot-late']);
  });

  it('finds positions inside of an entry, and beyond the ledger', async () => {
    const lake = await openWrittenLake();
    await changeTable(lake, [{ action: 'set-properties', updates: { [positionsProperty]: '{"readings/0":"7"}' } }]);
    expect(await problemsOf(lake)).toContain('table-position');
    await changeTable(lake, [{ action: 'set-properties', updates: { [positionsProperty]: '{"readings/0":"99"}' } }]);
    expect(await problemsOf(lake)).toEqual(['ledger-behind']);
  });

  it('finds a table that was dropped, and one that was made anew', async () => {
    const lake = await openWrittenLake();
    const [dropped, other] = [`_catalog/test/${testTable}.json`, await openWrittenLake()];
    await lake.store.delete([dropped]);
    expect(await problemsOf(lake)).toEqual(['table-missing']);
    const definition = (await other.catalog.load(testTable))!;
    await lake.catalog.create({ ...definition, location: lake.store.uri(`${testTable}/`) });
    expect(await problemsOf(lake)).toEqual(['table-recreated']);
  });

  it('knows columns again that another engine has renamed, and misses one that was dropped', async () => {
    const lake = await openWrittenLake();
    const { metadata } = await loadTable(lake);
    const schema = currentSchema(metadata);
    const [first, ...others] = schema.fields;
    if (first === undefined) throw new Error('it has columns');
    const setFields = async (fields: typeof schema.fields) =>
      changeTable(lake, [
        { action: 'add-schema', schema: { ...schema, 'schema-id': -1, fields } },
        { action: 'set-current-schema', 'schema-id': -1 },
      ]);
    await setFields([{ ...first, name: 'renamed' }, ...others]);
    expect(await problemsOf(lake)).toEqual([]);
    await setFields(others);
    expect(await problemsOf(lake)).toEqual(['column-missing']);
  });

  it('finds snapshots that can’t be read any more', async () => {
    const lake = await openWrittenLake();
    const { snapshots } = (await loadTable(lake)).metadata;
    const [manifest] = await readManifests(snapshots[0], lake.files);
    await lake.store.put(lake.files.keyOf(manifest?.manifest_path ?? ''), Buffer.from('Obj'));
    await lake.store.delete([lake.files.keyOf(snapshots[1]?.['manifest-list'] ?? '')]);
    const problems = await problemsOf(lake);
    expect(problems.filter((problem) => problem === 'snapshot-unreadable')).toHaveLength(2);
    expect(problems).toContain('object-missing');
  });

  it('finds a file of the table that is gone, or has another size', async () => {
    const lake = await openWrittenLake();
    const [first, second] = (await liveFiles(lake)).map(({ file_path: path }) => lake.files.keyOf(path));
    await lake.store.delete([first ?? '']);
    await lake.store.put(second ?? '', Buffer.from('PAR1'));
    const problems = new Set(await problemsOf(lake));
    expect(problems).toContain('object-missing');
    expect(problems).toContain('object-size');
  });
});

describe('verify with TABLE_FORMAT of the other kind', () => {
  it('is refused for an Iceberg table: what a snapshot needs would be rubbish, and repairs would delete it', async () => {
    const lake = await openIcebergLake();
    await writeBatches(createIcebergTools(lake), [jsonRecords({ n: 1 })]);
    const { store } = lake;
    const catalog = createJsonCatalog({ store, database: 'test' });
    await expect(audit({ store, catalog })).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      hint: 'set TABLE_FORMAT=iceberg, or LAKE_TABLE to a new name',
    });
  });

  it('is refused for a Hive table', async () => {
    const { store, iceberg } = await openIcebergLake();
    const lake = { store, catalog: createJsonCatalog({ store, database: 'test' }) };
    await writeBatches(createTestTools(lake), [jsonRecords({ n: 1 })]);
    await expect(audit(lake, undefined, { iceberg })).rejects.toMatchObject({ code: 'TABLE_MISMATCH' });
  });
});

describe('verify after another engine has rewritten files', () => {
  it('finds nothing wrong when all rows are in the new files, and ours are gone', async () => {
    const lake = await openWrittenLake();
    const ours = await liveFiles(lake);
    const theirs = await Promise.all(ours.map((file) => rewrite(lake, file)));
    await commitPlan(lake, { added: theirs, removedPaths: new Set(ours.map(({ file_path: path }) => path)) });
    expect(await problemsOf(lake)).toEqual([]);
    const { snapshots } = (await loadTable(lake)).metadata;
    const expired = snapshots.slice(0, -1).map((snapshot) => snapshot['snapshot-id']);
    await changeTable(lake, [{ action: 'remove-snapshots', 'snapshot-ids': expired }]);
    await lake.store.delete(ours.map(({ file_path: path }) => lake.files.keyOf(path)));
    expect(await problemsOf(lake)).toEqual([]);
  });

  it('finds rows in files that a replay has replaced, when the table was set back to before it', async () => {
    const lake = await openIcebergLake();
    const topic = await writeBatches(createIcebergTools(lake), [
      jsonRecords({ n: 1 }, { n: 2 }),
      jsonRecords({ n: 3 }),
    ]);
    await commitRows(lake);
    const one = (await liveFiles(lake)).find(({ record_count: rows }) => rows === 1)!;
    await commitPlan(lake, { added: [await rewrite(lake, one)], removedPaths: new Set([one.file_path]) });
    const id = currentSnapshot((await loadTable(lake)).metadata)?.['snapshot-id'] ?? 0n;
    await replaySnapshots(createIcebergTools(lake), topic, { from: 0n, to: 2n });
    expect(await problemsOf(lake)).toEqual([]);
    await changeTable(lake, [
      { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
      { action: 'remove-properties', removals: ['glueless.snapshot-id'] },
    ]);
    expect(await problemsOf(lake)).toEqual([]);
  });

  it('finds rows that are not in the new files, and by their offsets which', async () => {
    const lake = await openWrittenLake();
    const ours = await liveFiles(lake);
    const theirs = await Promise.all(
      ours.filter(({ record_count: rows }) => rows !== 5).map((file) => rewrite(lake, file)),
    );
    await commitPlan(lake, { added: theirs, removedPaths: new Set(ours.map(({ file_path: path }) => path)) });
    expect((await auditLater(lake)).findings).toMatchObject([
      { problem: 'table-rows' },
      { problem: 'record-missing', partition: 0, where: '[4, 9)' },
    ]);
  });

  it('finds rows that are there twice while others are missing, though the number is right', async () => {
    const lake = await openWrittenLake();
    const ours = await liveFiles(lake);
    const five = ours.find(({ record_count: rows }) => rows === 5)!;
    const theirs = await Promise.all([five, five, five].map((file) => rewrite(lake, file)));
    await commitPlan(lake, { added: theirs, removedPaths: new Set(ours.map(({ file_path: path }) => path)) });
    const { findings } = await auditLater(lake);
    expect(findings.map(({ problem, where }) => `${problem} ${where}`)).toEqual([
      'record-missing [0, 4)',
      'record-doubled [4, 9)',
      'record-missing [9, 15)',
    ]);
  });
});
