import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoveredRows } from '../../../src/consumer/audit/objects/covered-rows.ts';
import { SeenRecords } from '../../../src/consumer/audit/objects/seen-records.ts';

const record = fc.tuple(fc.bigInt(0n, 3n), fc.oneof(fc.bigInt(0n, 100n), fc.bigInt(-(2n ** 31n), 2n ** 31n)));

it('knows each record that was seen, by offset and number, as a set of both does', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 200 }), (records) => {
      const seen = new SeenRecords();
      const expected = new Set<string>();
      for (const [offset, index] of records) {
        const id = `${offset} ${index}`;
        expect(seen.add(offset, index)).toBe(!expected.has(id));
        expected.add(id);
        expect(seen.count).toBe(expected.size);
      }
    }),
  );
});

it('says how many of another set it has already when it takes it in', () => {
  fc.assert(
    fc.property(fc.array(record), fc.array(record), (some, others) => {
      const [first, second] = [some, others].map((records) => {
        const seen = new SeenRecords();
        for (const [offset, index] of records) seen.add(offset, index);
        return { seen, ids: new Set(records.map(([offset, index]) => `${offset} ${index}`)) };
      });
      if (first === undefined || second === undefined) throw new TypeError('expected two sets');
      expect(first.seen.addAll(second.seen)).toBe(first.ids.intersection(second.ids).size);
      expect(first.seen.count).toBe(first.ids.union(second.ids).size);
    }),
  );
});

describe('the rows of an object that others may have too', () => {
  const rows = (partition: bigint, offsets: readonly bigint[], indexes?: readonly bigint[]) => ({
    partitions: offsets.map(() => partition),
    offsets,
    ...(indexes && { indexes }),
  });

  it('are all covered once each of them was met in some other', () => {
    const covered = new CoveredRows();
    covered.add(rows(0n, [5n, 5n, 6n], [0n, 70n, 0n]));
    covered.cover(rows(0n, [4n, 5n, 5n], [0n, 0n, 0n]));
    expect(covered.areAll).toBe(false);
    covered.cover(rows(0n, [6n], [0n]));
    expect(covered.areAll).toBe(false);
    covered.cover(rows(0n, [5n], [70n]));
    expect(covered.areAll).toBe(true);
  });

  it('are not those of another Kafka partition, nor of a file whose rows are numbered otherwise', () => {
    const covered = new CoveredRows();
    covered.add(rows(0n, [5n]));
    covered.cover(rows(1n, [5n]));
    covered.cover(rows(0n, [5n], [0n]));
    expect(covered.areAll).toBe(false);
    covered.cover(rows(0n, [5n]));
    expect(covered.areAll).toBe(true);
  });
});
