import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHidden, objectKey, parseObjectName } from '../../../src/consumer/ledger/object-keys.ts';

describe('object keys', () => {
  it('say what is in the object', () => {
    const topics = fc.stringMatching(/^[\w.-]{1,30}$/);
    fc.assert(
      fc.property(topics, fc.nat(), fc.nat(), fc.nat(), (topic, partition, from, to) => {
        const key = objectKey(
          { table: 't', topic, partition, from: String(from), to: String(to) },
          'event_date=2026-11-23',
        );
        expect(parseObjectName(key)).toEqual({ topic, partition, from: BigInt(from), to: BigInt(to) });
      }),
    );
  });

  it('of others are not taken for ours', () => {
    expect(parseObjectName('t/part-00000.snappy.parquet')).toBeUndefined();
  });

  it('begin with _ or . where query engines must not look', () => {
    expect(isHidden('_ledger/t/0.json')).toBe(true);
    expect(isHidden('t/.tmp/a.parquet')).toBe(true);
    expect(isHidden('t/event_date=2026-11-23/a.parquet')).toBe(false);
  });
});
