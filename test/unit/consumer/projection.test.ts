import { describe, expect, it } from 'vitest';
import { projectionParameters } from '../../../src/schema/projection.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { createTestTools, openTestLake, testTable } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

const location = 's3://bucket/lake/readings/';

describe('partition projection', () => {
  it('says how folders are named, for hours and for days', () => {
    expect(projectionParameters('hour', { location, firstDay: '2026-10-24' })).toMatchObject({
      'projection.enabled': 'true',
      'projection.event_date.range': '2026-10-24,NOW+2DAYS',
      'projection.event_hour.digits': '2',
      'storage.location.template': `${location}event_date=\${event_date}/event_hour=\${event_hour}/`,
    });
    expect(projectionParameters('day', { location, firstDay: '2026-10-24' })).not.toHaveProperty([
      'projection.event_hour.type',
    ]);
    expect(projectionParameters('none', { location, firstDay: '2026-10-24' })).toEqual({});
  });

  it('takes the place of registered partitions', async () => {
    const lake = await openTestLake();
    const parameters = projectionParameters('hour', { location, firstDay: '2026-10-24' });
    await writeBatches(createTestTools({ ...lake, writer: { parameters: () => parameters } }), [jsonRecords({ a: 1 })]);
    expect((await lake.catalog.load(testTable))?.parameters).toMatchObject(parameters);
    expect(await Array.fromAsync(lake.catalog.listPartitions(testTable))).toEqual([]);
  });
});
