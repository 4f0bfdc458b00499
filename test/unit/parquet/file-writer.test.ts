import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FileWriter } from '../../../src/parquet/file-writer.ts';

it('writes its pieces in their order, short ones and long ones, whatever becomes of the short ones afterwards', () => {
  const lengths = fc.oneof(fc.nat(40), fc.integer({ min: 8000, max: 9000 }), fc.integer({ min: 60_000, max: 70_000 }));
  fc.assert(
    fc.property(fc.array(lengths, { maxLength: 40 }), (pieces) => {
      const file = new FileWriter();
      const expected = pieces.map((length, index) => Buffer.alloc(length, index + 1));
      for (const bytes of expected) {
        const given = Uint8Array.from(bytes);
        file.append(given);
        if (given.length < 1000) given.fill(0);
      }
      expect(file.length).toBe(expected.reduce((sum, { length }) => sum + length, 0));
      expect(Buffer.compare(file.finish(), Buffer.concat(expected))).toBe(0);
    }),
  );
});
