import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpack } from '../../../src/kafka/format/codecs.ts';

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
