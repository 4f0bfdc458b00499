import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { readHours } from '../../../src/hours/read-hours.ts';
import { mortalStore } from '../../support/mortal-store.ts';
import { HourLake, hour, time } from '../../support/hour-lake.ts';
import { testTable, testTopic } from '../../support/lake.ts';

/** The same store, whose clock says this. */
function storeAt(store: ObjectStore, now: () => string): ObjectStore {
  return {
    ...store,
    list: async function* (prefix, options) {
      for await (const info of store.list(prefix, options)) yield { ...info, modifiedMs: Date.parse(now()) };
    },
  };
}

describe('an hour', () => {
  it('is complete once every Kafka partition has been read past it and the lateness', async () => {
    const lake = new HourLake(2);
    const keeper = lake.keeper();
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:59') });
    await lake.write({ partition: 1, rows: { [hour('09')]: 10 }, at: time('09:59') });
    expect(await lake.settle(keeper)).toEqual(['09 filling 30']);
    await lake.write({ rows: { [hour('10')]: 5 }, at: time('10:06') });
    expect(await lake.settle(keeper)).toEqual(['09 filling 30', '10 filling 5']);
    await lake.write({ partition: 1, rows: { [hour('10')]: 5 }, at: time('10:04') });
    expect(await lake.settle(keeper)).toEqual(['09 filling 30', '10 filling 5']);
    await lake.write({ partition: 1, rows: { [hour('10')]: 5 }, at: time('10:05') });
    expect(await lake.settle(keeper)).toEqual(['09 complete 30', '10 filling 5']);
  });

  it('is reopened by late rows, and complete again with the right numbers', async () => {
    const lake = new HourLake(1);
    const keeper = lake.keeper();
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:59') });
    await lake.write({ rows: { [hour('10')]: 5 }, at: time('10:06') });
    expect(await lake.settle(keeper)).toEqual(['09 complete 20', '10 filling 5']);
    await lake.write({ rows: { [hour('09')]: 3, [hour('10')]: 4 }, at: time('10:20') });
    expect(await lake.settle(keeper)).toEqual(['09 reopened 23+3', '10 filling 5']);
    await lake.write({ rows: { [hour('09')]: 1 }, at: time('10:22') });
    expect(await lake.settle(keeper)).toEqual(['09 reopened 23+3', '10 filling 5']);
    await lake.write({ rows: { [hour('10')]: 1 }, at: time('10:27') });
    expect(await lake.settle(keeper)).toEqual(['09 complete 24+4', '10 filling 5']);
    expect(await lake.tableRows()).toEqual([
      { hour: hour('09'), revision: 1, state: 'complete', rows: 20n, since: new Date(time('10:06')), late_rows: 0n },
      { hour: hour('09'), revision: 2, state: 'reopened', rows: 23n, since: new Date(time('10:20')), late_rows: 3n },
      { hour: hour('09'), revision: 3, state: 'complete', rows: 24n, since: new Date(time('10:27')), late_rows: 4n },
      { hour: hour('10'), revision: 1, state: 'filling', rows: 5n, since: new Date(time('10:06')), late_rows: 0n },
    ]);
    const read = await readHours({ store: lake.store, table: testTable, topic: testTopic, since: hour('09') });
    expect(read[0]).toEqual({ hour: hour('09'), state: 'complete', rows: 24, lateRows: 4, since: time('10:27') });
  });

  it('does not wait for an idle Kafka partition, and waits for one that has something to read', async () => {
    const lake = new HourLake(3);
    const keeper = lake.keeper();
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:10') });
    await lake.write({ partition: 1, rows: { [hour('09')]: 1 }, at: time('09:50') });
    await lake.write({ rows: { [hour('10')]: 1 }, at: time('10:06') });
    // partition 1 brought something ten minutes ago, partition 2 holds nothing
    expect(await lake.settle(keeper)).toEqual(['09 complete 21', '10 filling 1']);
    lake.publish(1, 1);
    await lake.write({ rows: { [hour('11')]: 1 }, at: time('11:06') });
    expect(await lake.settle(keeper)).toContain('10 filling 1');
    await lake.write({ partition: 1, rows: { [hour('10')]: 1 }, at: time('11:07') });
    expect(await lake.settle(keeper)).toContain('10 complete 2');
    lake.publish(2, 1);
    expect(await lake.settle(keeper, time('13:00'))).toContain('11 filling 1');
  });

  it.each([
    ['a device', { eventTime: '2026-11-24T09:00:00.000Z' }],
    ['a producer', { sent: '2026-11-24T09:00:00.000Z', eventTime: time('09:20') }],
    ['both', { sent: '2026-11-24T09:00:00.000Z', eventTime: '2026-11-24T09:00:00.000Z' }],
  ])('is not ended early by the clock of %s that is a day ahead', async (_who, clocks) => {
    const lake = new HourLake(1);
    const keeper = lake.keeper();
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:20'), ...clocks });
    expect(await lake.settle(keeper)).toEqual(['09 filling 20']);
    lake.publish(0, 1);
    expect(await lake.settle(keeper, time('12:00'))).toEqual(['09 filling 20']);
  });

  it('is not ended early by the clock of a member that is an hour ahead, though no partition brings anything', async () => {
    const lake = new HourLake(2);
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:20') });
    let storeTime = time('09:40');
    const keeper = lake.keeper(storeAt(lake.store, () => storeTime));
    expect(await lake.settle(keeper, time('10:40'))).toEqual(['09 filling 20']);
    storeTime = time('10:04');
    expect(await lake.settle(keeper, time('11:04'))).toEqual(['09 filling 20']);
    storeTime = time('10:05');
    expect(await lake.settle(keeper, time('11:05'))).toEqual(['09 complete 20']);
  });

  it('is not ended early by such a clock either when queries see it just then', async () => {
    const lake = new HourLake(1);
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:20') });
    for (const unseen of [1, 2, 3]) {
      let looks = 0;
      const isVisible = async (): Promise<boolean> => ++looks > unseen;
      const keeper = lake.keeper(
        storeAt(lake.store, () => time('09:40')),
        { isVisible },
      );
      expect(await lake.settle(keeper, time('10:40'))).not.toEqual(['09 complete 20']);
    }
  });

  it('is complete by the clock of a member that is right or behind, not before', async () => {
    const lake = new HourLake(1);
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:20') });
    const keeper = lake.keeper(storeAt(lake.store, () => time('10:30')));
    expect(await lake.settle(keeper, time('10:04'))).toEqual(['09 filling 20']);
    expect(await lake.settle(keeper, time('10:05'))).toEqual(['09 complete 20']);
  });

  it('counts the time since the broker was asked: the store is asked later', async () => {
    const lake = new HourLake(1);
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:20') });
    const clock = { nowMs: () => Date.parse(time('12:00')), monotonicMs: () => monotonicMs, sleep: async () => {} };
    let monotonicMs = 0;
    const store = storeAt(lake.store, () => {
      monotonicMs += 60_000;
      return time('10:05');
    });
    expect(await lake.settle(lake.keeper(store, { clock }))).toEqual(['09 filling 20']);
  });

  it('completes in its turn while the past is loaded, whose records are all sent today', async () => {
    const lake = new HourLake(1);
    const keeper = lake.keeper();
    lake.publish(0, 100);
    const sent = time('20:00');
    await lake.write({ rows: { [hour('01')]: 10 }, at: sent, eventTime: time('01:50') });
    expect(await lake.settle(keeper)).toEqual(['01 filling 10']);
    await lake.write({ rows: { [hour('01')]: 1, [hour('02')]: 10 }, at: sent, eventTime: time('02:50') });
    expect(await lake.settle(keeper)).toEqual(['01 complete 11', '02 filling 10']);
  });

  it('counts rows of weeks ago whole, though only what is new is read', async () => {
    const lake = new HourLake(1);
    await lake.write({ rows: { '2026-11-02T09': 7 }, at: '2026-11-02T09:30:00.000Z' });
    await lake.write({ rows: { '2026-11-02T10': 1 }, at: '2026-11-02T11:06:00.000Z' });
    await lake.settle(lake.keeper());
    await lake.write({ rows: { [hour('09')]: 5 }, at: time('09:30') });
    const keeper = lake.keeper();
    await lake.settle(keeper);
    await lake.write({ rows: { '2026-11-02T09': 2 }, at: time('09:31') });
    expect(await lake.settle(keeper)).toContain('09 reopened 9+2');
    await lake.write({ rows: { [hour('09')]: 1 }, at: time('09:37') });
    expect(await lake.settle(keeper)).toContain('09 complete 9+2');
  });

  it('waits for the snapshot that shows its rows, where readers see nothing before', async () => {
    const lake = new HourLake(1);
    let shown = 0n;
    const keeper = lake.keeper(lake.store, { visibleEnds: async () => new Map([[0, shown]]) });
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:59') });
    await lake.write({ rows: { [hour('10')]: 5 }, at: time('10:06') });
    expect(await lake.settle(keeper)).toEqual([]);
    shown = 20n;
    expect(await lake.settle(keeper)).toEqual(['09 filling 20']);
    shown = 25n;
    expect(await lake.settle(keeper)).toEqual(['09 complete 20', '10 filling 5']);
  });

  it('is complete again only when queries see its late rows', async () => {
    const lake = new HourLake(1);
    let isVisible = true;
    const keeper = lake.keeper(lake.store, { isVisible: async () => isVisible });
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:59') });
    await lake.write({ rows: { [hour('10')]: 5 }, at: time('10:06') });
    expect(await lake.settle(keeper)).toEqual(['09 complete 20', '10 filling 5']);
    isVisible = false;
    await lake.write({ rows: { [hour('09')]: 1 }, at: time('10:20') });
    await lake.write({ rows: { [hour('10')]: 1 }, at: time('10:40') });
    for (let looks = 0; looks < 3; looks++) expect(await lake.settle(keeper)).toContain('09 reopened 21+1');
    isVisible = true;
    expect(await lake.settle(keeper)).toContain('09 complete 21+1');
  });

  it('that was left filling when all processes ended is completed by the next one', async () => {
    const lake = new HourLake(1);
    await lake.write({ rows: { '2026-11-02T09': 7 }, at: '2026-11-02T09:30:00.000Z' });
    expect(await lake.settle(lake.keeper())).toEqual(['09 filling 7']);
    expect(await lake.settle(lake.keeper(), time('09:00'))).toEqual(['09 complete 7']);
  });

  it('does not change by what a process says that knows less of the ledger', async () => {
    const lake = new HourLake(1);
    const late = lake.keeper();
    await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:59') });
    await lake.settle(late);
    // what begins at offset 20 or behind it, this one does not see
    const isUnseen = (key: string): boolean => key.startsWith('_ledger/') && /0000(2\d)\.json$/.test(key);
    const frozen = lake.keeper({
      ...lake.store,
      get: async (key) => (isUnseen(key) ? undefined : lake.store.get(key)),
    });
    await lake.settle(frozen);
    await lake.write({ rows: { [hour('09')]: 3 }, at: time('10:06') });
    await lake.write({ rows: { [hour('10')]: 3 }, at: time('10:10') });
    await lake.settle(late);
    expect(await lake.settle(frozen)).toContain('09 complete 23');
    expect(lake.changes.map(({ state }) => state)).toEqual(['filling', 'complete', 'filling']);
  });
});

describe('processes that settle the same hours', () => {
  it('give one result, wherever one of them dies', async () => {
    for (const when of ['before', 'after'] as const)
      for (let diesAt = 1; diesAt <= 8; diesAt++) {
        const lake = new HourLake(1);
        await lake.write({ rows: { [hour('09')]: 20 }, at: time('09:59') });
        await lake.write({ rows: { [hour('10')]: 5 }, at: time('10:06') });
        await lake.settle(lake.keeper(mortalStore(lake.store, diesAt, when))).catch(() => []);
        expect(await lake.settle(lake.keeper())).toEqual(['09 complete 20', '10 filling 5']);
        const rows = await lake.tableRows();
        expect(rows.map(({ hour: name, revision, rows: count }) => [name, revision, count])).toEqual([
          [hour('09'), 1, 20n],
          [hour('10'), 1, 5n],
        ]);
        expect(await Array.fromAsync(lake.catalog.listPartitions(`${testTable}_hours`))).toHaveLength(1);
      }
  });

  it('at the same time make each change once', async () => {
    const lake = new HourLake(1);
    const keepers = [1, 2, 3, 4].map(() => lake.keeper());
    const settleAll = async () => Promise.all(keepers.map((keeper) => keeper.settle()));
    for (let minute = 0; minute < 60; minute += 7) {
      await lake.write({
        rows: { [hour('09')]: 1, [hour('10')]: 1 },
        at: time(`10:${String(minute).padStart(2, '0')}`),
      });
      await settleAll();
    }
    const rows = await lake.tableRows();
    const names = rows.map(({ hour: name, revision }) => `${String(name)} ${String(revision)}`);
    expect(new Set(names).size).toBe(names.length);
    expect(rows.length).toBe(lake.changes.length);
  });
});
