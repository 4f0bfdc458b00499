import { describe, expect, it } from 'vitest';
import { HourLake } from '../../support/hour-lake.ts';

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
