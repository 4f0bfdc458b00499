import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { codecNumber, pack, unpack } from '../../../src/kafka/format/codecs.ts';

const zstd = 4;
const frame = (text: string): Buffer => zstdCompressSync(Buffer.from(text));
/** Source: https://www.rfc-editor.org/rfc/rfc8878#name-skippable-frames */
const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

describe('records packed with zstd', () => {
  it('may be in several frames, and have some to skip', () => {
    const packed = Buffer.concat([skippable, frame('one '), skippable, frame('two')]);
    expect(unpack(zstd, packed, 100).toString()).toBe('one two');
  });

  it('are refused when all frames together are too large', () => {
    expect(() => unpack(zstd, Buffer.concat([frame('x'.repeat(60)), frame('y'.repeat(60))]), 100)).toThrow(RangeError);
  });

  it('are refused when a frame is damaged', () => {
    expect(() => unpack(zstd, Buffer.concat([frame('one'), Buffer.from('garbage')]), 100)).toThrow(/./);
  });
});

describe.each(['gzip', 'zstd', 'lz4', 'snappy'] as const)('records packed with %s', (compression) => {
  const unpacked = (bytes: Buffer, bytesMax = bytes.length): Buffer =>
    unpack(codecNumber(compression), pack(compression, bytes), bytesMax);
  // a hundredth of their size, and their size
  const regular = Buffer.alloc(2_000_000, 'the same again ');
  const random = randomBytes(200_000);

  it('are unpacked alike, whatever the batch before them was like', () => {
    for (const bytes of [regular, regular, random, random, regular, Buffer.from('x'), regular, random]) {
      expect(unpacked(bytes).equals(bytes)).toBe(true);
    }
  });

  it('are refused when they are too large, whatever the batch before them was like', () => {
    for (const bytes of [random, regular, random]) {
      expect(() => unpacked(bytes, bytes.length - 1)).toThrow(RangeError);
    }
  });
});
