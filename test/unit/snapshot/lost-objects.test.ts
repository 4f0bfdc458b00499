import { describe, expect, it } from 'vitest';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import { raiseExpiry } from '../../../src/consumer/ledger/notes/expired-days.ts';
import { positionsProperty, snapshotProperty } from '../../../src/consumer/snapshot/table-positions.ts';
import { currentSnapshot, mainBranch } from '../../../src/iceberg/metadata/table-metadata.ts';
import { retentionProperties } from '../../../src/iceberg/metadata/expire-snapshots.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { FakeTopic } from '../../fakes/fake-topic.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { changeTable, type IcebergTestLake, loadTable, openIcebergLake } from '../../support/iceberg-lake.ts';
import {
  allOffsets,
  commitRows,
  createIcebergTools,
  doubledOffsets,
  visibleOffsets,
} from '../../support/iceberg-service.ts';
import { audit, testTable } from '../../support/lake.ts';
import { maintainLake } from '../../support/maintain-lake.ts';
import { replaySnapshots } from '../../support/replay-snapshots.ts';
import { writeBatches } from '../../support/write-batches.ts';

const dayMs = 86_400_000;

/** Writes batches of partition 0, each of so many records of one hour; those that are there already stay. */
async function write(lake: IcebergTestLake, ...sizes: readonly number[]): Promise<FakeTopic> {
  const of = (size: number) => Array.from({ length: size }, (_, n) => ({ n, eventTime: '2026-11-23T08:00:00Z' }));
  const batches = sizes.map((size) => jsonRecords(...of(size)));
  return writeBatches(createIcebergTools(lake), batches);
}

/** The files of rows that hold offsets from `from` on. */
async function keysOf({ store }: IcebergTestLake, ...from: readonly number[]): Promise<string[]> {
  const infos = await Array.fromAsync(store.list(`${testTable}/event_date`));
  const keys = infos.map(({ key }) => key).filter((key) => from.some((each) => key.includes(`readings-0-${each}-`)));
  expect(keys).toHaveLength(from.length);
  return keys;
}

/** Deletes them, as somebody who should not. */
async function lose(lake: IcebergTestLake, ...from: readonly number[]): Promise<void> {
  await lake.store.delete(await keysOf(lake, ...from));
}

const damages: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  cut: (bytes) => bytes.subarray(0, bytes.length / 2),
  empty: () => Buffer.of(),
  zeroed: ({ length }) => Buffer.alloc(length),
};

async function damage(lake: IcebergTestLake, how: string, ...from: readonly number[]): Promise<void> {
  for (const key of await keysOf(lake, ...from)) {
    const bytes = (await lake.store.get(key))?.bytes ?? Buffer.of();
    await lake.store.put(key, damages[how]?.(bytes) ?? bytes);
  }
}

const setTo = (ref: string, type: 'branch' | 'tag', id: bigint | undefined) =>
  ({ action: 'set-snapshot-ref', 'ref-name': ref, type, 'snapshot-id': id ?? 0n }) as const;

async function expectWhole(lake: IcebergTestLake, records: number): Promise<void> {
  expect(await visibleOffsets(lake)).toEqual(allOffsets(1, records));
  expect(await doubledOffsets(lake)).toEqual([]);
  const nowMs = systemClock.nowMs() + 3_600_000;
  expect((await audit(lake, undefined, { iceberg: lake.iceberg, nowMs })).findings).toEqual([]);
}

describe('an object that is gone before a snapshot has taken it in', () => {
  it('is named with its range, once everything before it is in the table', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3, 4, 5);
    await lose(lake, 3);
    expect(await commitRows(lake)).toMatchObject({ committed: { rows: 3 }, hasMore: true });
    await expect(commitRows(lake)).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      retryable: false,
      message: expect.stringContaining(
        `kafka-readings-0-3-7-g1.parquet is not there: the ledger lists it for offsets [3, 7) of readings/0`,
      ),
      hint: expect.stringContaining('glueless replay --partition 0 --from-offset 3 --to-offset 7'),
    });
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 3));
    const { findings } = await audit(lake, undefined, { iceberg: lake.iceberg });
    expect(findings).toMatchObject([{ problem: 'object-missing', action: expect.stringContaining('glueless replay') }]);
  });

  it('comes back by a replay, whichever range is replayed first', async () => {
    for (const ranges of [
      [{ from: 0n, to: 12n }],
      [
        { from: 7n, to: 12n },
        { from: 3n, to: 7n },
      ],
    ]) {
      const lake = await openIcebergLake();
      const topic = await write(lake, 3, 4, 5);
      await lose(lake, 3, 7);
      for (const range of ranges) await replaySnapshots(createIcebergTools(lake), topic, range);
      await commitRows(lake);
      await expectWhole(lake, 12);
    }
  });

  it('is passed over when the position is set behind it, and missed by every audit from then on', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3, 4, 5);
    await lose(lake, 3);
    await commitRows(lake);
    await changeTable(lake, [{ action: 'set-properties', updates: { [positionsProperty]: '{"readings/0":"7"}' } }]);
    await commitRows(lake);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 12).filter((offset) => !/^0\/[3-6]$/.test(offset)));
    const { findings } = await audit(lake, undefined, { iceberg: lake.iceberg, deep: true });
    expect(findings).toMatchObject([{ problem: 'table-rows', where: '[3, 7)' }]);
  });

  it('comes back also when a replay was killed in the middle', async () => {
    const lake = await openIcebergLake();
    const topic = await write(lake, 3, 4);
    await lose(lake, 0);
    const tools = createIcebergTools(lake);
    const encode = () => Promise.reject(new Error('killed'));
    const dying: CommitTools = {
      ...tools,
      publication: {
        count: async () => ({ rows: 0, deadLetters: 0 }),
        check: async () => {},
        isAsWritten: async () => true,
        find: async () => undefined,
        replace: encode,
      },
    };
    await expect(replaySnapshots(dying, topic, { from: 0n, to: 3n })).rejects.toThrow('killed');
    expect((await tools.ledger.get({ table: testTable, topic: 'readings', partition: 0 }, 0n))?.entry.state).toBe(
      'replacing',
    );
    expect(await commitRows(lake)).toBeUndefined();
    await replaySnapshots(tools, topic, { from: 0n, to: 3n });
    await commitRows(lake);
    await expectWhole(lake, 7);
  });

  it('is not taken in by who has read it before, and was frozen while a replay took its place', async () => {
    const lake = await openIcebergLake();
    const topic = await write(lake, 3, 4);
    const [begun, thaw] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const commit: typeof lake.iceberg.commit = async (...given) => {
      begun.resolve();
      await thaw.promise;
      return lake.iceberg.commit(...given);
    };
    const frozen = commitRows({ ...lake, iceberg: { ...lake.iceberg, commit } });
    await begun.promise;
    await lose(lake, 3);
    await replaySnapshots(createIcebergTools(lake), topic, { from: 3n, to: 7n });
    thaw.resolve();
    await frozen;
    await commitRows(lake);
    await expectWhole(lake, 7);
  });

  it('is nobody’s loss when its day has expired', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3, 4);
    await lose(lake, 3);
    await raiseExpiry(lake.store, testTable, { before: '2026-11-24', notedAt: '2026-11-26T00:00:00Z' });
    expect(await commitRows(lake)).toMatchObject({ committed: { rows: 3, entries: 2 }, hasMore: false });
    expect(await commitRows(lake)).toBeUndefined();
    expect((await audit(lake, undefined, { iceberg: lake.iceberg })).findings).toEqual([]);
  });

  it('is not mistaken for a damage of the table itself', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    await commitRows(lake);
    await write(lake, 3, 4);
    const list = currentSnapshot((await loadTable(lake)).metadata)?.['manifest-list'] ?? '';
    await lake.store.delete([lake.files.keyOf(list)]);
    await expect(commitRows(lake)).rejects.toMatchObject({ code: 'STORE_MISSING' });
  });
});

describe('an object that is damaged before a snapshot has taken it in', () => {
  it.each(Object.keys(damages))(
    'is named with its range, once everything before it is in the table: %s',
    async (how) => {
      const lake = await openIcebergLake();
      await write(lake, 3, 4, 5);
      await damage(lake, how, 3, 7);
      expect(await commitRows(lake)).toMatchObject({ committed: { rows: 3 }, hasMore: true });
      await expect(commitRows(lake)).rejects.toMatchObject({
        code: 'OBJECT_UNREADABLE',
        retryable: false,
        message: expect.stringMatching(
          /kafka-readings-0-3-7-g1\.parquet is damaged, and 1 more that is to be added with it is gone or damaged: the ledger lists it for offsets \[3, 7\) of readings\/0/,
        ),
        hint: expect.stringContaining('glueless replay --partition 0 --from-offset 3 --to-offset 7'),
      });
      expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 3));
    },
  );

  it.each(Object.keys(damages))('comes back by a replay, also one of everything: %s', async (how) => {
    for (const range of [
      { from: 3n, to: 7n },
      { from: 0n, to: 12n },
    ]) {
      const lake = await openIcebergLake();
      const topic = await write(lake, 3, 4, 5);
      await damage(lake, how, 3);
      await replaySnapshots(createIcebergTools(lake), topic, range);
      await commitRows(lake);
      await expectWhole(lake, 12);
    }
  });

  it('is nobody’s loss when its day has expired', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3, 4);
    await damage(lake, 'cut', 3);
    await raiseExpiry(lake.store, testTable, { before: '2026-11-24', notedAt: '2026-11-26T00:00:00Z' });
    expect(await commitRows(lake)).toMatchObject({ committed: { rows: 3, entries: 2 }, hasMore: false });
  });
});

/** A table whose first three rows have a tag, and whose other snapshots expire at once. */
async function openTagged() {
  const lake = await openIcebergLake();
  await write(lake, 3);
  await commitRows(lake);
  const first = currentSnapshot((await loadTable(lake)).metadata)?.['snapshot-id'];
  const short = { [retentionProperties.ageMaxMs]: '1', [retentionProperties.countMin]: '1' };
  await changeTable(lake, [setTo('quarter', 'tag', first), { action: 'set-properties', updates: short }]);
  return { lake, first };
}

/** Sets the table back to its first three rows, by the way out that TABLE_ROLLED_BACK names. */
async function setBack(lake: IcebergTestLake, first: bigint | undefined): Promise<void> {
  await changeTable(lake, [
    setTo(mainBranch, 'branch', first),
    { action: 'set-properties', updates: { [positionsProperty]: '{"readings/0":"3"}' } },
    { action: 'remove-properties', removals: [snapshotProperty] },
  ]);
}

describe('files that were merged since a snapshot that the table keeps', () => {
  it('stay as long as the table can be set back to it, and are added again then', async () => {
    const { lake, first } = await openTagged();
    await write(lake, 3, 4, 5);
    await commitRows(lake);
    const old = { orphansBeforeMs: systemClock.nowMs() + dayMs };
    await maintainLake(lake, old);
    const events = await maintainLake(lake, old);
    const kept = { kind: 'left-alone', files: 2, why: expect.stringContaining('the tag quarter') };
    expect(events).toContainEqual(expect.objectContaining(kept));
    await setBack(lake, first);
    // a maintainer that comes first takes nothing that is to be added
    await maintainLake(lake, old);
    await commitRows(lake);
    await expectWhole(lake, 12);
  });

  it('go all the same when their day expires, and are not added again', async () => {
    const { lake, first } = await openTagged();
    const tools = createIcebergTools(lake);
    const of = (day: string) => jsonRecords({ n: 1, eventTime: `${day}T08:00:00Z` });
    const before = jsonRecords(...Array.from({ length: 3 }, (_, n) => ({ n, eventTime: '2026-11-23T08:00:00Z' })));
    await writeBatches(tools, [before, of('2026-11-22'), of('2026-11-23')]);
    await commitRows(lake);
    const old = { orphansBeforeMs: systemClock.nowMs() + dayMs };
    await maintainLake(lake, { ...old, expiredBefore: '2026-11-23' });
    await maintainLake(lake, old);
    const left = await Array.fromAsync(lake.store.list(`${testTable}/event_date=2026-11-22`));
    expect(left).toEqual([]);
    await setBack(lake, first);
    await commitRows(lake);
    expect(await visibleOffsets(lake)).toEqual(['0/0', '0/1', '0/2', '0/4']);
    expect((await audit(lake, undefined, { iceberg: lake.iceberg })).findings).toEqual([]);
  });

  it('go once nothing of the table holds less', async () => {
    const { lake } = await openTagged();
    await write(lake, 3, 4, 5);
    await commitRows(lake);
    const old = { orphansBeforeMs: systemClock.nowMs() + dayMs };
    await maintainLake(lake, old);
    const last = currentSnapshot((await loadTable(lake)).metadata)?.['snapshot-id'];
    await changeTable(lake, [setTo('quarter', 'tag', last)]);
    await maintainLake(lake, old);
    const events = await maintainLake(lake, old);
    const left = await Array.fromAsync(lake.store.list(`${testTable}/event_date`));
    expect([left.length, events.map(({ kind }) => kind)]).toEqual([1, []]);
    await expectWhole(lake, 12);
  });
});
