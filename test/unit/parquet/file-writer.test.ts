import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FileWriter } from '../../../src/parquet/file/file-writer.ts';

it('writes its pieces in their order, short ones and long ones, whatever becomes of them afterwards', () => {
  const lengths = fc.oneof(
    fc.nat(40),
    fc.integer({ min: 8000, max: 9000 }),
    fc.integer({ min: 500_000, max: 600_000 }),
  );
  fc.assert(
    fc.property(fc.array(lengths, { maxLength: 20 }), (pieces) => {
      const file = new FileWriter();
      const expected = pieces.map((length, index) => Buffer.alloc(length, index + 1));
      for (const bytes of expected) {
        const given = Uint8Array.from(bytes);
        file.append(given);
        given.fill(0);
      }
      expect(file.length).toBe(expected.reduce((sum, { length }) => sum + length, 0));
      expect(Buffer.compare(file.finish(), Buffer.concat(expected))).toBe(0);
    }),
  );
});

it('moves a file on that needs more than was reserved for it', () => {
  const piece = randomBytes(30_000_000);
  const file = new FileWriter();
  for (let count = 0; count < 3; count++) file.append(piece);
  expect(Buffer.compare(file.finish(), Buffer.concat([piece, piece, piece]))).toBe(0);
});
