import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { codecNumber, pack, unpack, UnpacksTooLarge } from '../../../src/kafka/format/codecs.ts';

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
    expect(() => unpack(zstd, Buffer.concat([frame('x'.repeat(60)), frame('y'.repeat(60))]), 100)).toThrow(
      UnpacksTooLarge,
    );
  });

  it('are refused when a frame is damaged', () => {
    expect(() => unpack(zstd, Buffer.concat([frame('one'), Buffer.from('garbage')]), 100)).toThrow(/./);
  });
});

/** Two blocks in the frame of Java's producers: its length is beyond the bytes in the second one. */
const xerialCut = Buffer.concat([
  Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
  Buffer.from([0, 0, 0, 3, 1, 0, 0x78, 0, 0]),
]);

it('snappy in the frame of Java’s producers that is cut off within a length is damaged, not too large', () => {
  const failure = failureOf(() => unpack(codecNumber('snappy'), xerialCut, 1000));
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(UnpacksTooLarge);
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
      expect(() => unpacked(bytes, bytes.length - 1)).toThrow(UnpacksTooLarge);
    }
  });

  it('are not called too large where they are damaged: cut off, or with any byte changed', () => {
    const packed = pack(
      compression,
      Buffer.from(JSON.stringify(Array.from({ length: 40 }, (_, n) => ({ n, text: 'a text' })))),
    );
    const changed = packed
      .keys()
      .map((at) => Buffer.from(packed.map((byte, index) => (index === at ? byte ^ 0xa5 : byte))));
    const cut = packed.keys().map((length) => packed.subarray(0, length));
    for (const damaged of [...changed, ...cut, Buffer.concat([packed, Buffer.from([1, 2])])]) {
      const failure = failureOf(() => unpack(codecNumber(compression), damaged, 32 * 1024 * 1024));
      expect(failure).not.toBeInstanceOf(UnpacksTooLarge);
    }
  });
});

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
