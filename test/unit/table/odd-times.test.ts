import { describe, expect, it } from 'vitest';
import type { TestRecord } from '../../support/chunks.ts';
import { audit, createTestTools, openTestLake, readRows, testTable } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

/** Units that senders mix up with milliseconds. */
const microseconds = 1_795_660_470_635_000;
const nanoseconds = microseconds * 1000;

describe('a time beyond the year 9999', () => {
  it.each<[string, TestRecord]>([
    ['event time in microseconds', { value: `{"n":1,"eventTime":${microseconds}}` }],
    ['event time in nanoseconds', { value: `{"n":1,"eventTime":${nanoseconds}}` }],
    ['Kafka timestamp in microseconds', { value: '{"n":1}', timestampMs: microseconds }],
    ['Kafka timestamp in nanoseconds', { value: '{"n":1}', timestampMs: nanoseconds }],
    ['Kafka timestamp of a dead letter in nanoseconds', { value: '{broken', timestampMs: nanoseconds }],
  ])('stops nothing: an %s', async (_what, record) => {
    const lake = await openTestLake();
    await writeBatches(createTestTools(lake), [[record, { value: '{"n":2}' }]]);
    const deadLetters = await readRows(lake, `${testTable}_dead_letters`);
    expect((await readRows(lake)).length + deadLetters.length).toBe(2);
    expect((await audit(lake)).findings).toEqual([]);
    for await (const { values } of lake.catalog.listPartitions(testTable))
      expect(values[0]).toMatch(/^\d{4}-\d\d-\d\d$/);
  });
});
