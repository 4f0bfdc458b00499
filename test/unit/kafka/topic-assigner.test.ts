import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealPartitions } from '../../../src/kafka/kafkajs/topic-assigner.ts';

const topics = ['a', 'b', 'c'];
const groups = fc.record({
  subscribers: fc.uniqueArray(
    fc.record({ id: fc.string({ minLength: 1 }), topics: fc.subarray(topics, { minLength: 1 }) }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
  ),
  counts: fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)),
});

describe('partitions of a group', () => {
  it('go to one reader of their topic each, and to all readers evenly', () => {
    fc.assert(
      fc.property(groups, ({ subscribers, counts }) => {
        const partitions = new Map(topics.map((topic, index) => [topic, [...Array(counts[index] ?? 0).keys()]]));
        const dealt = dealPartitions(subscribers, partitions);
        for (const [topic, numbers] of partitions) {
          const readers = subscribers.filter((each) => each.topics.includes(topic));
          const shares = subscribers.map(({ id }) => dealt.get(id)?.[topic] ?? []);
          expect(shares.flat().toSorted((x, y) => x - y)).toEqual(readers.length === 0 ? [] : numbers);
          const sizes = readers.map(({ id }) => dealt.get(id)?.[topic]?.length ?? 0);
          expect(Math.max(0, ...sizes) - Math.min(Infinity, ...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('of one topic are dealt out as kafkajs does, so that versions can be mixed', () => {
    const subscribers = ['m2', 'm1'].map((id) => ({ id, topics: ['a'] }));
    const dealt = dealPartitions(subscribers, new Map([['a', [0, 1, 2, 3, 4]]]));
    expect(Object.fromEntries(dealt)).toEqual({ m1: { a: [0, 2, 4] }, m2: { a: [1, 3] } });
  });

  it('of many topics with one partition each are spread over all members', () => {
    const subscribers = ['m1', 'm2', 'm3'].map((id) => ({ id, topics: ['a', 'b', 'c', 'd'] }));
    const dealt = dealPartitions(subscribers, new Map(['a', 'b', 'c', 'd'].map((topic) => [topic, [0]])));
    expect(Object.fromEntries(dealt)).toEqual({ m1: { a: [0], d: [0] }, m2: { b: [0] }, m3: { c: [0] } });
  });
});
