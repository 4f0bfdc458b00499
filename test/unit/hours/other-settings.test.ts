import { describe, expect, it } from 'vitest';
import { HourLake } from '../../support/hour-lake.ts';

describe('processes with another EVENT_TIME_FUTURE_DAYS_MAX', () => {
  const hour = '2026-11-23T04';

  /** Rows of an hour, some of which were claimed five days before it. */
  async function early(): Promise<HourLake> {
    const lake = new HourLake(1);
    await lake.write({ rows: { [hour]: 5 }, at: '2026-11-18T09:00:00.000Z' });
    await lake.write({ rows: { [hour]: 20 }, at: '2026-11-23T04:59:00.000Z' });
    await lake.write({ rows: { '2026-11-23T05': 1 }, at: '2026-11-23T05:06:00.000Z' });
    return lake;
  }

  it('count rows as far ahead of their hour as any of them', async () => {
    const lake = await early();
    const far = lake.keeper(lake.store, { futureDaysMax: 10 });
    for (const keeper of [far, lake.keeper(), far, lake.keeper()])
      expect(await lake.settle(keeper)).toContain('04 complete 25');
    expect(lake.changes.filter((change) => change.hour === hour)).toHaveLength(1);
  });

  it('correct what one has counted that did not look as far, and leave it so', async () => {
    const lake = await early();
    const near = lake.keeper();
    expect(await lake.settle(near)).toContain('04 complete 20');
    const far = lake.keeper(lake.store, { futureDaysMax: 10 });
    expect(await lake.settle(far)).toContain('04 reopened 25+5');
    for (const keeper of [near, far, near, lake.keeper()])
      expect(await lake.settle(keeper)).toContain('04 complete 25+5');
    expect(lake.changes.filter((change) => change.hour === hour)).toHaveLength(3);
  });

  it('do not change back what a replay has changed, whatever earlier replays each of them knows', async () => {
    const lake = await early();
    await lake.replay(0n, { '2026-11-18T09': 5 });
    const service = lake.keeper(lake.store, { futureDaysMax: 10 });
    expect(await lake.settle(service)).toContain('04 complete 20');
    await lake.replay(5n, { [hour]: 12, '2026-11-23T05': 8 });
    const beside = lake.keeper();
    expect(await lake.settle(beside)).toContain('04 reopened 12');
    for (const keeper of [service, beside, service, lake.keeper()])
      expect(await lake.settle(keeper)).toContain('04 complete 12');
    expect(lake.changes.filter((change) => change.hour === hour)).toHaveLength(3);
  });
});

describe('an hour that a process without channels has completed', () => {
  it.each(['2026-11-23T09', '2026-11-16T09'])('is told by one that has them (%s)', async (hour) => {
    const lake = new HourLake(1);
    const service = lake.keeper(lake.store, { channels: ['webhook'] });
    await lake.write({ rows: { '2026-11-23T08': 1 }, at: '2026-11-23T09:20:00.000Z' });
    await lake.settle(service);
    await lake.write({ rows: { [hour]: 5 }, at: '2026-11-23T10:06:00.000Z' });
    await lake.settle(lake.keeper());
    const settled = await service.settle();
    const found = settled.find(({ id }) => id === hour);
    expect(found?.value.deliveries).toMatchObject([
      { key: expect.stringContaining(hour), channel: 'webhook', state: 'pending' },
    ]);
    // it is at hand until it is told, and owed once
    const again = (await service.settle()).find(({ id }) => id === hour);
    expect(again?.value.deliveries).toHaveLength(1);
  });

  it('is looked at within an hour by a service that has forgotten it, as when its message is sent again', async () => {
    const lake = new HourLake(1);
    const old = '2026-11-16T09';
    await lake.write({ rows: { [old]: 5 }, at: '2026-11-16T10:06:00.000Z' });
    await lake.settle(lake.keeper());
    await lake.settle(lake.keeper(), '2026-11-16T11:00:00.000Z');
    await lake.write({ rows: { '2026-11-23T08': 1 }, at: '2026-11-23T09:20:00.000Z' });
    const service = lake.keeper();
    await lake.settle(service);
    const stored = await service.hours.get(old);
    const revived = { key: 'k', channel: 'webhook', state: 'pending', attempts: 0 } as const;
    if (stored !== undefined) await service.hours.put(old, { ...stored.value, deliveries: [revived] }, stored);
    lake.now = '2026-11-23T10:21:00.000Z';
    expect((await service.settle()).find(({ id }) => id === old)?.value.deliveries).toEqual([revived]);
  });

  it('is not told a day later to a channel that is new', async () => {
    const lake = new HourLake(1);
    await lake.write({ rows: { '2026-11-23T09': 5 }, at: '2026-11-23T10:06:00.000Z' });
    await lake.settle(lake.keeper());
    await lake.settle(lake.keeper(), '2026-11-23T11:00:00.000Z');
    lake.now = '2026-11-24T12:00:00.000Z';
    const settled = await lake.keeper(lake.store, { channels: ['webhook'] }).settle();
    expect(settled.flatMap(({ value }) => value.deliveries)).toEqual([]);
  });
});
