import { beforeAll, describe, expect, inject, it } from 'vitest';
import { commitSnapshot } from '../../../src/consumer/snapshot/commit-snapshot.ts';
import { retentionProperties } from '../../../src/iceberg/metadata/expire-snapshots.ts';
import { readManifests } from '../../../src/iceberg/manifests/read-snapshot.ts';
import { TableFiles } from '../../../src/iceberg/manifests/table-files.ts';
import { currentSnapshot } from '../../../src/iceberg/metadata/table-metadata.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { isRetryable } from '../../../src/runtime/errors.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { startFaultyProxy, type Fault, type Request } from '../../support/faulty-proxy.ts';
import { openIcebergLakeOnGlue } from '../../support/glue-iceberg-lake.ts';
import { loadTable, setProperties } from '../../support/iceberg-lake.ts';
import { provideIcebergReaders, readWithPyiceberg } from '../../support/iceberg-readers.ts';
import { commitRows, createIcebergTools, createSnapshotTools } from '../../support/iceberg-service.ts';
import { audit, testTable } from '../../support/lake.ts';
import { maintainLake } from '../../support/maintain-lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

const { endpoint, bucket, environment } = inject('stack').aws;
Object.assign(process.env, environment);

beforeAll(async () => {
  await provideIcebergReaders();
});

const dayMs = 86_400_000;
const deadLetters = `${testTable}_dead_letters`;
const commits = 11;

/** Records of two days and a dead letter, for each commit. */
const batches = Array.from({ length: commits }, (_, n) =>
  jsonRecords(
    { n, eventTime: '2026-11-23T08:00:00Z' },
    { n, eventTime: '2026-11-22T09:00:00Z', place: { bed: n } },
    'no JSON',
  ),
);

type Lake = ReturnType<typeof openIcebergLakeOnGlue>['lake'];

/** Writes and commits batch after batch: so many small files, and as many snapshots and manifests. */
async function fill(lake: Lake): Promise<void> {
  const placement = { pastDaysMax: 36_500, futureDaysMax: 36_500 };
  for (let count = 1; count <= commits; count++) {
    await writeBatches(createIcebergTools(lake, {}, { placement }), batches.slice(0, count));
    await commitRows(lake);
  }
  const options = { partitions: [0], entriesMin: 0 };
  await commitSnapshot({ name: deadLetters, kind: 'dead-letters' }, options, createSnapshotTools(lake));
}

/** Has nobody keep another snapshot than the current one. */
async function keepOneSnapshot(lake: Lake): Promise<void> {
  const updates = { [retentionProperties.countMin]: '1', [retentionProperties.ageMaxMs]: '1' };
  for (const name of [testTable, deadLetters]) await setProperties(lake, updates, name);
}

/** Each seventh request meets one of these, in turns. */
const faults: readonly Fault[] = [
  { kind: 'answer', status: 500, code: 'InternalError' },
  { kind: 'answer', status: 503, code: 'SlowDown' },
  { kind: 'slow', ms: 300 },
  { kind: 'reset' },
  { kind: 'cut-answer' },
  { kind: 'lost-answer' },
];

function faultInTurns(): (request: Request) => Fault | undefined {
  let requests = 0;
  return () => {
    requests++;
    return requests % 7 === 0 ? faults[(requests / 7) % faults.length] : undefined;
  };
}

describe('the whole upkeep of a table in Glue, while S3 and Glue fail, are slow, and cut their answers off', () => {
  it('leaves each row of the days that stay once, in one file an hour, and no file of rows that nobody names', async () => {
    const { lake, openThrough, catalog, name } = openIcebergLakeOnGlue({ endpoint, bucket });
    await fill(lake);
    await keepOneSnapshot(lake);
    const proxy = await startFaultyProxy(endpoint, faultInTurns());
    const nowMs = systemClock.nowMs();
    // a failure ends one run, and the next one goes on where it was
    const done: string[] = [];
    let isDone = false;
    for (let run = 0; run < 20 && !isDone; run++)
      try {
        const upkeep = { orphansBeforeMs: nowMs + dayMs, expiredBefore: '2026-11-23' };
        const events = await maintainLake(openThrough(proxy.endpoint), upkeep);
        done.push(...events.map(({ kind }) => kind));
        isDone = true;
      } catch (error) {
        if (!isRetryable(error)) throw error;
      }
    expect(isDone).toBe(true);
    expect(proxy.faults()).toBeGreaterThan(faults.length);
    expect(done).toContain('merged');
    const { metadata } = await loadTable(lake);
    // the last deletion has a snapshot of its own before it
    expect(metadata.snapshots.length).toBeLessThanOrEqual(2);
    expect((await readManifests(currentSnapshot(metadata), new TableFiles(lake.store))).length).toBeLessThan(commits);
    const filters = ["event_date == '2026-11-23'", "event_date == '2026-11-22'"];
    const read = await readWithPyiceberg({ catalog, name, select: ['n'], filters, snapshots: true });
    expect(read.rows.map(({ n }) => n)).toEqual(batches.map((_, n) => n));
    expect(read.filters).toEqual([
      { files: 1, rows: commits },
      { files: 0, rows: 0 },
    ]);
    const { findings, unnamed } = await audit(lake, undefined, { iceberg: lake.iceberg });
    // the list of the snapshot before the last one stays until the next upkeep
    const leftRows = (unnamed ?? []).filter((key) => key.endsWith('.parquet'));
    expect({ findings, leftRows }).toEqual({ findings: [], leftRows: [] });
  });
});
