import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SeenRecords } from '../../../src/consumer/audit/seen-records.ts';

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
