import fc from 'fast-check';
import { lz4Compress } from '@platformatic/wasm-utils';
import { describe, expect, it } from 'vitest';
import { unpack, UnpacksTooLarge } from '../../../src/kafka/format/codecs.ts';
import { lz4UnpacksBeyond } from '../../../src/kafka/format/lz4-size.ts';
import { runs } from '../../support/fuzzing.ts';

const lz4 = 3;
/** Repeats compress, random bytes don't; more than a block of 4 MB once in a while. */
const bytes = fc
  .tuple(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(40_000)),
  )
  .map(([piece, times]) => Buffer.concat(Array.from({ length: times }, () => piece)));

function fateOf(packed: Buffer, bytesMax: number): string {
  try {
    return String(lz4UnpacksBeyond(packed, bytesMax));
  } catch (error) {
    return String(error);
  }
}

describe('the size of what LZ4 unpacks to', () => {
  it('is told to the byte without unpacking it', () => {
    fc.assert(
      fc.property(bytes, (plain) => {
        const packed = lz4Compress(plain);
        expect(lz4UnpacksBeyond(packed, plain.length)).toBe(false);
        expect(lz4UnpacksBeyond(packed, plain.length - 1)).toBe(true);
        expect(unpack(lz4, packed, plain.length).equals(plain)).toBe(true);
      }),
      runs(50),
    );
  });

  it('is told of several frames together', () => {
    const frame = lz4Compress(Buffer.alloc(1000, 'a'));
    expect(lz4UnpacksBeyond(Buffer.concat([frame, frame]), 2000)).toBe(false);
    expect(lz4UnpacksBeyond(Buffer.concat([frame, frame]), 1999)).toBe(true);
  });

  it('keeps 100 MB from being unpacked where 10 MB are allowed', () => {
    const bomb = lz4Compress(Buffer.alloc(100_000_000));
    expect(bomb.length).toBeLessThan(1_000_000);
    const before = process.memoryUsage().rss;
    expect(() => unpack(lz4, bomb, 10_000_000)).toThrow(UnpacksTooLarge);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  it('is an Error, or a size, whatever the bytes are: never a hang', () => {
    const packed = lz4Compress(Buffer.from('some text, some text, some text, some more text'.repeat(50)));
    fc.assert(
      fc.property(
        fc.nat({ max: packed.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: 4000 }),
        (at, byte, limit) => {
          const damaged = Buffer.from(packed);
          damaged[at] = byte;
          expect(fateOf(damaged, limit)).toMatch(/^(true|false|.*damaged LZ4 frame)$/);
        },
      ),
      runs(),
    );
  });
});
