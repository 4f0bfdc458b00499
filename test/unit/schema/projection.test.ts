import { describe, expect, it } from 'vitest';
import { projectionParameters, projectionProblem } from '../../../src/schema/partitions/projection.ts';
import { widenedProjection } from '../../../src/schema/partitions/widen-projection.ts';
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

  it('names the folders of ingestion as Glue Streaming jobs do', () => {
    expect(projectionParameters('ingest-hour', { location, firstDay: '2026-10-24' })).toMatchObject({
      'projection.ingest_month.digits': '2',
      'storage.location.template': `${location}ingest_year=\${ingest_year}/ingest_month=\${ingest_month}/ingest_day=\${ingest_day}/ingest_hour=\${ingest_hour}/`,
    });
  });

  it('is widened to a day before its first, once', async () => {
    const lake = await openTestLake();
    const parameters = () => projectionParameters('hour', { location, firstDay: '2026-10-24' });
    const tools = createTestTools({ ...lake, writer: { parameters } });
    const at = Date.parse('2026-09-01T10:00:00Z');
    const old = { value: '{"a":1,"eventTime":"2026-09-01T09:00:00Z"}', timestampMs: at };
    const range = async () => (await lake.catalog.load(testTable))?.parameters['projection.event_date.range'];
    await writeBatches(tools, [jsonRecords({ a: 1 })]);
    expect(await range()).toBe('2026-10-24,NOW+2DAYS');
    await writeBatches(tools, [jsonRecords({ a: 1 }), [old], jsonRecords({ a: 2 })]);
    expect(await range()).toBe('2026-09-01,NOW+2DAYS');
  });
});

describe('a projection that leaves out a partition', () => {
  const widened = (key: string, properties: Record<string, string>, ...values: string[]) => {
    const named = Object.entries(properties).map(([name, value]) => [`projection.${key}.${name}`, value]);
    const parameters = { 'projection.enabled': 'true', ...Object.fromEntries(named) };
    const changed = widenedProjection(
      [{ name: key }, { name: 'another' }],
      parameters,
      values.map((value) => [value, '07']),
    );
    return changed?.[`projection.${key}.range`] ?? changed?.[`projection.${key}.values`];
  };

  it.each([
    ['2026-01-01,2026-06-30', '2026-01-01,2026-11-26'],
    ['2026-12-01,2026-12-31', '2026-11-20,2026-12-31'],
    ['2026-11-21,NOW', '2026-11-20,NOW'],
    ['2026-11-20,2026-11-26', undefined],
    ['NOW-1DAYS,NOW', undefined],
  ])('of days %s takes it in: %s', (range, expected) => {
    expect(widened('event_date', { type: 'date', range }, '2026-11-20', '2026-11-26')).toBe(expected);
  });

  it.each([
    ['2019,2025', '2019,2026'],
    ['2027,2040', '2026,2040'],
    [' 2020, 2099', undefined],
  ])('of years %s takes it in: %s', (range, expected) => {
    expect(widened('ingest_year', { type: 'integer', range }, '2026')).toBe(expected);
  });

  it('of a list of years takes it in', () => {
    expect(widened('ingest_year', { type: 'enum', values: '2024,2025' }, '2026', '2025')).toBe('2024,2025,2026');
    expect(widened('ingest_year', { type: 'enum', values: '2025,2026' }, '2026')).toBeUndefined();
  });

  it('by what the query asks for, or that is switched off, leaves out nothing', () => {
    expect(widened('event_date', { type: 'injected' }, '2026-11-26')).toBeUndefined();
    expect(widenedProjection([{ name: 'event_date' }], {}, [['2026-11-26']])).toBeUndefined();
  });
});

describe('a table partitioned by ingestion', () => {
  it('places rows by their Kafka timestamp, zero-padded', async () => {
    const lake = await openTestLake();
    const tools = createTestTools({ ...lake, placement: { layout: 'ingest-hour' } });
    const timestampMs = Date.parse('2026-03-04T05:06:07Z');
    await writeBatches(tools, [[{ value: '{"a":1,"eventTime":"2026-03-03T00:00:00Z"}', timestampMs }]]);
    const [partition] = await Array.fromAsync(lake.catalog.listPartitions(testTable));
    expect(partition?.values).toEqual(['2026', '03', '04', '05']);
    expect(partition?.location).toMatch(
      /readings\/ingest_year=2026\/ingest_month=03\/ingest_day=04\/ingest_hour=05\/$/,
    );
  });

  it.each([
    ['event_hour.digits', undefined, 'projection.event_hour.digits is not set'],
    ['event_hour.interval', '6', 'projection.event_hour.interval is 6'],
    ['event_hour.range', '1,23', 'projection.event_hour.range is 1,23'],
    ['event_hour.type', 'date', 'projection.event_hour.type is date'],
    ['event_date.format', 'yyyy/MM/dd', 'projection.event_date.format is yyyy/MM/dd'],
    ['event_date.interval', '2', 'projection.event_date.interval is 2'],
    ['event_date.interval.unit', 'WEEKS', 'projection.event_date.interval.unit is WEEKS'],
    ['event_date.type', 'enum', 'projection.event_date.type is enum'],
  ])('with %s as %s names no folders of ours', (name, value, found) => {
    const { [`projection.${name}`]: _, ...rest } = projectionParameters('hour', { location, firstDay: '2026-10-24' });
    const parameters = { ...rest, ...(value !== undefined && { [`projection.${name}`]: value }) };
    expect(projectionProblem('hour', parameters)).toMatchObject({ found });
    expect(projectionProblem('hour', { ...parameters, 'projection.enabled': 'false' })).toBeUndefined();
  });

  it('may list the hours, or ask the query for them', () => {
    const parameters = projectionParameters('hour', { location, firstDay: '2026-10-24' });
    const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0')).join(',');
    const byList = { 'projection.event_hour.type': 'enum', 'projection.event_hour.values': hours };
    expect(projectionProblem('hour', { ...parameters, ...byList })).toBeUndefined();
    expect(projectionProblem('hour', { ...parameters, 'projection.event_hour.type': 'injected' })).toBeUndefined();
    const spaced = { ...byList, 'projection.event_hour.values': hours.replaceAll(',', ', ') };
    expect(projectionProblem('hour', { ...parameters, ...spaced })).toBeDefined();
    const fewer = { ...byList, 'projection.event_hour.values': '00,06,12,18' };
    expect(projectionProblem('hour', { ...parameters, ...fewer })).toMatchObject({
      found: 'projection.event_hour.values is 00,06,12,18',
    });
  });

  it.each([
    ['digits', '6', 'projection.ingest_year.digits is 6'],
    ['type', 'date', 'projection.ingest_year.type is date'],
  ])('with the year’s %s as %s names no folders of ours', (name, value, found) => {
    const parameters = projectionParameters('ingest-hour', { location, firstDay: '2026-10-24' });
    expect(
      projectionProblem('ingest-hour', { ...parameters, [`projection.ingest_year.${name}`]: value }),
    ).toMatchObject({
      found,
    });
  });

  it.each(['hour', 'day', 'ingest-hour', 'none'] as const)('of a table that we make has no problem: %s', (layout) => {
    expect(
      projectionProblem(layout, projectionParameters(layout, { location, firstDay: '2026-10-24' })),
    ).toBeUndefined();
  });
});
