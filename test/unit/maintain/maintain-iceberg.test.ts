import { describe, expect, it } from 'vitest';
import { retentionProperties } from '../../../src/iceberg/metadata/expire-snapshots.ts';
import { currentSnapshot } from '../../../src/iceberg/metadata/table-metadata.ts';
import { createJsonIcebergCatalog } from '../../../src/lake/catalog/json-iceberg-catalog.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { jsonRecords, type TestRecord } from '../../support/chunks.ts';
import { type IcebergTestLake, loadTable, openIcebergLake, setProperties } from '../../support/iceberg-lake.ts';
import {
  allOffsets,
  commitBoth,
  commitRows,
  createIcebergTools,
  doubledOffsets,
  visibleOffsets,
} from '../../support/iceberg-service.ts';
import { audit, testTable } from '../../support/lake.ts';
import { maintainLake } from '../../support/maintain-lake.ts';
import { mortalStore } from '../../support/mortal-store.ts';
import { writeBatches } from '../../support/write-batches.ts';

const dayMs = 86_400_000;
const deadLetters = `${testTable}_dead_letters`;

/** Batches with rows of two hours each, and a dead letter. */
function batches(count: number): TestRecord[][] {
  return Array.from({ length: count }, (_, batch) =>
    jsonRecords(
      { n: batch, eventTime: '2026-11-23T08:00:00Z' },
      { n: batch, eventTime: '2026-11-22T09:00:00Z', tags: [{ a: batch }] },
      'no JSON',
    ),
  );
}

async function openWrittenLake(count = 4): Promise<IcebergTestLake> {
  const lake = await openIcebergLake();
  await writeBatches(createIcebergTools(lake), batches(count));
  await commitBoth(lake);
  return lake;
}

async function filesOf(lake: IcebergTestLake, name = testTable): Promise<number> {
  const snapshot = currentSnapshot((await loadTable(lake, name)).metadata);
  return Number(snapshot?.summary?.['total-data-files']);
}

const rowsOnly = (offsets: readonly string[]) => offsets.filter((_, index) => index % 3 < 2);
const sorted = (offsets: readonly string[]) => offsets.toSorted((a, b) => Number(a.slice(2)) - Number(b.slice(2)));

async function expectWhole(lake: IcebergTestLake, count: number): Promise<void> {
  const all = sorted(allOffsets(1, count * 3));
  expect(sorted(await visibleOffsets(lake))).toEqual(rowsOnly(all));
  expect(sorted(await visibleOffsets(lake, deadLetters))).toEqual(all.filter((_, index) => index % 3 === 2));
  expect([...(await doubledOffsets(lake)), ...(await doubledOffsets(lake, deadLetters))]).toEqual([]);
  const nowMs = systemClock.nowMs() + 3_600_000;
  expect((await audit(lake, undefined, { iceberg: lake.iceberg, nowMs })).findings).toEqual([]);
}

const short = { [retentionProperties.ageMaxMs]: '1', [retentionProperties.countMin]: '1' };

/** Forgets all snapshots but the current ones, as time does. */
async function forgetSnapshots(lake: IcebergTestLake): Promise<void> {
  for (const name of [testTable, deadLetters]) await setProperties(lake, short, name);
}

describe('upkeep of an Iceberg table', () => {
  it('merges the small files of closed hours, dead letters too, and loses nothing', async () => {
    const lake = await openWrittenLake();
    const events = await maintainLake(lake);
    expect(events).toMatchObject([
      { kind: 'merged', table: testTable, partition: ['2026-11-22', '09'], files: 4, rows: 4 },
      { kind: 'merged', table: testTable, partition: ['2026-11-23', '08'], files: 4, rows: 4 },
      { kind: 'merged', table: deadLetters, partition: ['2026-11-23'], files: 4, rows: 4 },
    ]);
    expect([await filesOf(lake), await filesOf(lake, deadLetters)]).toEqual([2, 1]);
    await expectWhole(lake, 4);
    expect(await maintainLake(lake)).toEqual([]);
  });

  it('changes nothing when it is only asked what it would do', async () => {
    const lake = await openWrittenLake();
    const { metadataLocation } = await loadTable(lake);
    expect(await maintainLake(lake, { isDryRun: true, expiredBefore: '2026-11-23' })).toHaveLength(4);
    expect((await loadTable(lake)).metadataLocation).toBe(metadataLocation);
  });

  it('leaves hours that are not closed', async () => {
    const lake = await openWrittenLake();
    const closedBeforeMs = Date.parse('2026-11-23T08:59:59Z');
    const events = await maintainLake(lake, { closedBeforeMs });
    expect(events).toMatchObject([{ partition: ['2026-11-22', '09'] }]);
  });

  it('goes on beside members that write and commit', async () => {
    const lake = await openWrittenLake();
    await writeBatches(createIcebergTools(lake), batches(6));
    await Promise.all([commitBoth(lake), maintainLake(lake), maintainLake(lake)]);
    await maintainLake(lake);
    await expectWhole(lake, 6);
  });

  it('removes days that have expired, and says so to the ledger', async () => {
    const lake = await openWrittenLake();
    await maintainLake(lake);
    const events = await maintainLake(lake, { expiredBefore: '2026-11-23' });
    expect(events).toEqual([
      {
        kind: 'partitions-removed',
        table: testTable,
        before: '2026-11-23',
        partitions: 1,
        files: 1,
        rows: 4,
      },
    ]);
    expect(await visibleOffsets(lake)).toHaveLength(4);
    const { findings, expiredBefore } = await audit(lake, undefined, { iceberg: lake.iceberg });
    expect({ findings, expiredBefore }).toEqual({ findings: [], expiredBefore: '2026-11-23' });
    await expect(maintainLake(lake, { expiredBefore: '2026-11-26' })).rejects.toMatchObject({ code: 'EXPIRY_REFUSED' });
    expect(await visibleOffsets(lake)).toHaveLength(4);
  });

  it('keeps the days that it is told to keep, though more were removed before', async () => {
    const lake = await openWrittenLake();
    await maintainLake(lake, { expiredBefore: '2026-11-23' });
    const tools = createIcebergTools(lake);
    await writeBatches(tools, [...batches(4), jsonRecords({ n: 4, eventTime: '2026-11-22T09:00:00Z' })]);
    await commitBoth(lake);
    expect(await visibleOffsets(lake)).toHaveLength(5);
    expect((await maintainLake(lake, { expiredBefore: '2026-11-22' })).map(({ kind }) => kind)).not.toContain(
      'partitions-removed',
    );
    expect(await visibleOffsets(lake)).toHaveLength(5);
    expect((await audit(lake, undefined, { iceberg: lake.iceberg })).findings).toEqual([]);
  });

  it('deletes nothing of a lake that lies inside of the table', async () => {
    const lake = await openWrittenLake();
    const inner = await copyInto(lake, `${testTable}/inner`);
    await maintainLake(lake);
    inner.push(...(await copyInto(lake, `${testTable}/inner/other`)));
    await forgetSnapshots(lake);
    const deleted = (await maintainLake(lake, { orphansBeforeMs: systemClock.nowMs() + dayMs })).map(
      ({ kind }) => kind,
    );
    expect(deleted).toContain('orphans-deleted');
    for (const key of inner) expect(await lake.store.head(key)).toBeDefined();
    await expectWhole(lake, 4);
  });

  it('deletes what no snapshot names any more, once it is old, and nothing else', async () => {
    const lake = await openWrittenLake();
    await maintainLake(lake);
    const old = { orphansBeforeMs: systemClock.nowMs() + dayMs };
    expect(await maintainLake(lake, old)).toEqual([]);
    await forgetSnapshots(lake);
    expect(await countRowFiles(lake)).toBe(10);
    const events = await maintainLake(lake, old);
    expect(events.map(({ kind }) => kind).toSorted()).toEqual([
      'orphans-deleted',
      'orphans-deleted',
      'snapshots-expired',
      'snapshots-expired',
    ]);
    expect(await countRowFiles(lake)).toBe(2);
    await expectWhole(lake, 4);
  });

  it('keeps what waits for its snapshot, however old it is', async () => {
    const lake = await openWrittenLake();
    await writeBatches(createIcebergTools(lake), batches(6));
    await forgetSnapshots(lake);
    await maintainLake(lake, { orphansBeforeMs: systemClock.nowMs() + dayMs });
    await commitBoth(lake);
    await expectWhole(lake, 6);
  });

  it.each(['false', 'FALSE', 'no'])(
    'deletes nothing while another table may have the same files (%s)',
    async (text) => {
      const lake = await openWrittenLake();
      await maintainLake(lake);
      await forgetSnapshots(lake);
      for (const name of [testTable, deadLetters]) await setProperties(lake, { 'gc.enabled': text }, name);
      const events = await maintainLake(lake, { orphansBeforeMs: systemClock.nowMs() + dayMs });
      expect(events.filter(({ kind }) => kind === 'orphans-deleted')).toEqual([]);
      expect(events.filter(({ kind }) => kind === 'left-alone')).toHaveLength(2);
    },
  );

  it('merges manifests once there are many', async () => {
    const lake = await openIcebergLake();
    for (let count = 1; count <= 11; count++) {
      await writeBatches(createIcebergTools(lake), batches(count));
      await commitBoth(lake);
    }
    const closedBeforeMs = 0;
    const events = await maintainLake(lake, { closedBeforeMs });
    expect(events).toMatchObject([
      { kind: 'manifests-merged', table: testTable, manifests: 11 },
      { kind: 'manifests-merged', table: deadLetters, manifests: 11 },
    ]);
    await expectWhole(lake, 11);
  });
});

describe('upkeep that dies', () => {
  it('after any of its writes and deletions leaves a whole table, and the next one goes on', async () => {
    let deaths = 0;
    for (let nth = 1; deaths === nth - 1; nth++) {
      const lake = await openIcebergLake();
      await writeBatches(createIcebergTools(lake), [jsonRecords({ n: 1 }), jsonRecords({ n: 2 })]);
      await commitRows(lake);
      await setProperties(lake, short);
      const expectBoth = async (): Promise<void> => {
        expect(await visibleOffsets(lake)).toEqual(['0/0', '0/1']);
        expect(await doubledOffsets(lake)).toEqual([]);
        expect((await audit(lake, undefined, { iceberg: lake.iceberg })).findings).toEqual([]);
      };
      const store = mortalStore(lake.store, nth, 'after');
      const iceberg = createJsonIcebergCatalog({ store, database: 'test', clock: systemClock });
      const upkeep = { orphansBeforeMs: systemClock.nowMs() + dayMs };
      await maintainLake({ store, iceberg }, upkeep).catch(() => deaths++);
      await expectBoth();
      await maintainLake(lake, upkeep);
      await expectBoth();
      expect([await filesOf(lake), await countRowFiles(lake)]).toEqual([1, 1]);
      if (!store.isDead) break;
    }
    // the merged file, its manifests, list, metadata and pointer; those of the expiry and of the fence; the deletion
    expect(deaths).toBeGreaterThan(10);
  });
});

describe('upkeep that was frozen before the catalog is told of its snapshot', () => {
  it('names nothing that another has deleted meanwhile as a file that nobody needs', async () => {
    const lake = await openWrittenLake();
    const [begun, thaw] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const commit = async (...given: Parameters<typeof lake.iceberg.commit>) => {
      begun.resolve();
      await thaw.promise;
      return lake.iceberg.commit(...given);
    };
    const frozen = maintainLake({ store: lake.store, iceberg: { ...lake.iceberg, commit } });
    const outcome = frozen.catch((error: unknown) => error);
    await begun.promise;
    expect(await countRowFiles(lake)).toBe(10);
    await maintainLake(lake, { closedBeforeMs: 0, orphansBeforeMs: systemClock.nowMs() + dayMs });
    expect(await countRowFiles(lake)).toBe(8);
    thaw.resolve();
    expect(await outcome).toMatchObject({ code: 'STORE_MISSING' });
    await expectWhole(lake, 4);
    await maintainLake(lake);
    await expectWhole(lake, 4);
  });
});

describe('files that were merged in vain, since another maintainer was faster', () => {
  /** Runs upkeep to whose first commit something happens before it reaches the catalog. */
  async function overtaken(lake: IcebergTestLake, first: () => Promise<void>): Promise<string[]> {
    let before: (() => Promise<void>) | undefined = async () => {
      await maintainLake(lake);
      await first();
    };
    const commit = async (...given: Parameters<typeof lake.iceberg.commit>) => {
      const work = before;
      before = undefined;
      await work?.();
      return lake.iceberg.commit(...given);
    };
    const events = await maintainLake({ store: lake.store, iceberg: { ...lake.iceberg, commit } });
    return events.map((event) => (event.kind === 'left-alone' ? event.why : event.kind));
  }

  const inVain = Array.from({ length: 2 }, () => 'others have changed them meanwhile');

  it('are deleted where the catalog has refused them', async () => {
    const lake = await openWrittenLake();
    expect(await overtaken(lake, async () => {})).toEqual(inVain);
    // four of each hour, and one that holds them
    expect(await countRowFiles(lake)).toBe(10);
    await expectWhole(lake, 4);
  });

  it('stay where an answer is missing: the change may still arrive', async () => {
    const lake = await openWrittenLake();
    const noAnswer = () => Promise.reject(new PipelineError('CATALOG_UNAVAILABLE', { message: 'x', retryable: true }));
    expect(await overtaken(lake, noAnswer)).toEqual(inVain);
    expect(await countRowFiles(lake)).toBe(12);
    await expectWhole(lake, 4);
  });
});

/** Puts what the table has into another folder, as another table of the same topic has it. Gives the keys. */
async function copyInto({ store }: IcebergTestLake, folder: string): Promise<string[]> {
  const keys: string[] = [];
  for (const { key } of await Array.fromAsync(store.list(`${testTable}/event_date`))) {
    const stored = await store.get(key);
    if (stored === undefined) continue;
    const copy = `${folder}${key.slice(testTable.length)}`;
    await store.put(copy, stored.bytes);
    keys.push(copy);
  }
  return keys;
}

async function countRowFiles({ store }: IcebergTestLake): Promise<number> {
  const infos = await Array.fromAsync(store.list(`${testTable}/event_date`));
  return infos.filter(({ key }) => key.endsWith('.parquet')).length;
}
