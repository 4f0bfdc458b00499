import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHidden, objectKey, parseObjectName, topicOfFile } from '../../../src/consumer/ledger/keys/object-keys.ts';
import { runs } from '../../support/fuzzing.ts';

describe('object keys', () => {
  it('say what is in the object', () => {
    const topics = fc.stringMatching(/^[\w.-]{1,30}$/);
    fc.assert(
      fc.property(
        topics,
        fc.nat(),
        fc.bigInt({ min: 0n }),
        fc.bigInt({ min: 0n }),
        fc.nat(),
        (topic, partition, from, to, generation) => {
          const key = objectKey({ table: 't', topic, partition, from, to, generation }, 'event_date=2026-11-23');
          expect(parseObjectName(key)).toEqual({ topic, partition, from, to, generation });
        },
      ),
      runs(),
    );
  });

  it('never begin with what query engines skip, whatever the topic', () => {
    for (const topic of ['_under', '.dot', '__consumer_offsets']) {
      const key = objectKey({ table: 't', topic, partition: 0, from: 0n, to: 5n, generation: 1 }, '');
      expect(isHidden(key)).toBe(false);
    }
  });

  it('of ledger format 1 are of generation 0, also those of a redrive', () => {
    const expected = { topic: 'a-b', partition: 3, from: 10n, to: 20n, generation: 0 };
    expect(parseObjectName('t/event_date=2026-11-23/a-b-3-10-20.parquet')).toEqual(expected);
    expect(parseObjectName('t/a-b-3-10-20.redrive-2.parquet')).toEqual(expected);
  });

  it.each([
    'part-00000.snappy.parquet',
    // ids of nothing but digits, behind what Trino and before what Spark writes, and alone
    '20261123_091502_00012_k3x9z-c66261b6-bdd7-4927-8291-315618428375.parquet',
    '00000-7-c66261b6-bdd7-4927-8291-315618428375-00001.parquet',
    'c66261b6-bdd7-4927-8291-315618428375.parquet',
  ])('of others are not taken for ours: %s', (name) => {
    expect(parseObjectName(`t/${name}`)).toBeUndefined();
  });

  it('of ledger format 1 are told from these, though the topic ends with such an id', () => {
    const topic = 'a-c66261b6-bdd7-4927-8291-315618428375';
    const expected = { topic, partition: 3, from: 10n, to: 20n, generation: 0 };
    expect(parseObjectName(`t/${topic}-3-10-20.parquet`)).toEqual(expected);
  });

  it('of merged rows are none of a batch, also where the id has nothing but digits', () => {
    const key = 't/merged-a-b-12345678-1234-4123-8123-123456789012.parquet';
    expect(parseObjectName(key)).toBeUndefined();
    expect(topicOfFile(key)).toBe('a-b');
  });

  it('begin with _ or . where query engines must not look', () => {
    expect(isHidden('_ledger/t/0.json')).toBe(true);
    expect(isHidden('t/.tmp/a.parquet')).toBe(true);
    expect(isHidden('t/event_date=2026-11-23/a.parquet')).toBe(false);
  });
});
