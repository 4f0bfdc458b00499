import { describe, expect, it } from 'vitest';
import { HourLake, hour, time } from '../../support/hour-lake.ts';

/** Two complete hours and one that fills, each in an entry of its own. */
async function settled(): Promise<HourLake> {
  const lake = new HourLake(1);
  await lake.write({ rows: { [hour('04')]: 20 }, at: time('04:59') });
  await lake.write({ rows: { [hour('05')]: 10 }, at: time('05:59') });
  await lake.write({ rows: { [hour('06')]: 5 }, at: time('06:06') });
  return lake;
}

describe('an hour whose rows a replay exchanges', () => {
  it('is reopened and completes with no rows when none are left', async () => {
    const lake = await settled();
    expect(await lake.settle(lake.keeper())).toEqual(['04 complete 20', '05 complete 10', '06 filling 5']);
    await lake.replay(0n, { [hour('06')]: 20 });
    await lake.replay(20n, { [hour('06')]: 10 });
    const keeper = lake.keeper();
    expect(await lake.settle(keeper)).toEqual(['04 reopened 0', '05 reopened 0', '06 filling 5']);
    expect(await lake.settle(keeper)).toEqual(['04 complete 0', '05 complete 0', '06 filling 5']);
    expect(await lake.settle(lake.keeper())).toEqual(['04 complete 0', '05 complete 0', '06 filling 5']);
  });

  it('is reopened when they are exchanged for as many others, and not when they are the same', async () => {
    const lake = await settled();
    const keeper = lake.keeper();
    await lake.settle(keeper);
    await lake.replay(0n, { [hour('04')]: 20 }, { crc32: 8 });
    await lake.replay(20n, { [hour('05')]: 10 });
    const fresh = lake.keeper();
    expect(await lake.settle(fresh)).toEqual(['04 reopened 20', '05 complete 10', '06 filling 5']);
    for (const each of [keeper, fresh, lake.keeper()])
      expect(await lake.settle(each)).toEqual(['04 complete 20', '05 complete 10', '06 filling 5']);
    expect(lake.changes.filter((change) => change.hour === hour('04'))).toHaveLength(3);
  });

  it('that is old is counted again when somebody asks for it, and completed by a service within an hour', async () => {
    const lake = new HourLake(1);
    await lake.write({ rows: { '2026-11-09T09': 7 }, at: '2026-11-09T09:30:00.000Z' });
    await lake.write({ rows: { '2026-11-09T10': 5 }, at: '2026-11-09T11:06:00.000Z' });
    await lake.settle(lake.keeper());
    await lake.settle(lake.keeper(), '2026-11-09T12:00:00.000Z');
    await lake.write({ rows: { [hour('09')]: 5 }, at: time('09:30') });
    const service = lake.keeper();
    await lake.settle(service);
    await lake.replay(0n, { '2026-11-09T10': 3 });
    await lake.keeper().settle('2026-11-09T00');
    const states = async (): Promise<string[]> => (await lake.settle(lake.keeper())).slice(0, 2);
    expect(lake.changes.slice(-2)).toMatchObject([
      { hour: '2026-11-09T10', state: 'reopened', rows: 8 },
      { hour: '2026-11-09T09', state: 'reopened', rows: 0 },
    ]);
    await lake.settle(service, time('10:31'));
    expect(lake.changes.slice(-3)).toContainEqual(expect.objectContaining({ state: 'complete', rows: 8 }));
    expect(await states()).toEqual(['09 complete 0', '10 complete 8+3']);
  });

  it('keeps its rows while the entries that may hold them are not read', async () => {
    const lake = new HourLake(1);
    await lake.write({ rows: { '2026-11-02T09': 7 }, at: '2026-11-02T09:30:00.000Z' });
    await lake.write({ rows: { '2026-11-02T10': 1 }, at: '2026-11-02T11:06:00.000Z' });
    await lake.settle(lake.keeper());
    await lake.settle(lake.keeper(), '2026-11-02T12:00:00.000Z');
    await lake.write({ rows: { [hour('09')]: 5 }, at: time('09:30') });
    expect(await lake.settle(lake.keeper())).toEqual(['09 complete 7', '10 complete 1', '09 filling 5']);
  });

  it.each([
    ['to other numbers', { [hour('04')]: 12, [hour('05')]: 8 }, ['12', '18']],
    ['to another hour, all of them', { [hour('05')]: 20 }, ['0', '30']],
  ])('%s is not changed back by a process that has read the ledger before', async (_how, rows, [four, five]) => {
    const lake = await settled();
    const before = lake.keeper();
    await lake.settle(before);
    await lake.replay(0n, rows);
    const fresh = lake.keeper();
    expect(await lake.settle(fresh)).toEqual([
      `04 reopened ${four}`,
      expect.stringMatching(`05 reopened ${five}`),
      '06 filling 5',
    ]);
    for (const keeper of [before, fresh, before, lake.keeper()]) await lake.settle(keeper);
    // what comes behind the replay does not hide that it was missed
    await lake.write({ rows: { [hour('06')]: 1 }, at: time('06:20') });
    for (const keeper of [before, fresh, before, lake.keeper()]) await lake.settle(keeper);
    const ofFour = lake.changes.filter((change) => change.hour === hour('04'));
    expect(ofFour.map(({ state, rows: count }) => `${state} ${count}`)).toEqual([
      'complete 20',
      `reopened ${four}`,
      `complete ${four}`,
    ]);
  });

  it('is not changed back either when the other process first looks after more has come', async () => {
    const lake = await settled();
    const before = lake.keeper();
    await lake.settle(before);
    await lake.replay(0n, { [hour('04')]: 12, [hour('05')]: 8 });
    await lake.settle(lake.keeper());
    await lake.write({ rows: { [hour('06')]: 1 }, at: time('06:20') });
    expect(await lake.settle(before)).toEqual(['04 complete 12', '05 complete 18+8', '06 filling 5']);
  });
});
