import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createCompress } from '../../../src/parquet/encodings/compression.ts';

const codecs = ['zstd', 'gzip', 'snappy', 'uncompressed'] as const;
const pageBytes = 600_000;

const lengthAt = (page: Buffer, level: number): number =>
  zstdCompressSync(page, {
    pledgedSrcSize: page.length,
    chunkSize: page.length * 2,
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: 19 },
  }).length;

const words = ['pump', 'alarm', 'battery', 'lead', 'off', 'ward', 'checked', 'patient', 'moved', 'again'];

/** Sentences of words in no order. */
function text(): Buffer {
  let page = '';
  for (const byte of randomBytes(pageBytes / 4)) page += `${words[byte % words.length]} `;
  return Buffer.from(page.slice(0, pageBytes));
}

const hex = (): Buffer => Buffer.from(randomBytes(pageBytes / 2).toString('hex'));

describe('compression by zstd', () => {
  it.each([
    ['text', text, 3],
    ['hexadecimal digits', hex, 1],
  ])('takes for %s the level that its first large page asks for', (_, pageOf, level) => {
    const compress = createCompress('zstd');
    for (const page of [pageOf(), pageOf(), pageOf().subarray(0, 50_000)]) {
      const packed = compress(page, (bytes) => Buffer.from(bytes));
      expect(zstdDecompressSync(packed).equals(page)).toBe(true);
      expect(packed.length).toBe(lengthAt(page, level));
    }
  });

  it('tries nothing for a small page', () => {
    const page = text().subarray(0, 50_000);
    expect(createCompress('zstd')(page, ({ length }) => length)).toBe(lengthAt(page, 1));
  });

  it.each(codecs)('frees what it lent in %s, and nothing else', (codec) => {
    const compress = createCompress(codec);
    const others = Array.from({ length: 8 }, (_, value) => Buffer.allocUnsafe(100).fill(value));
    for (const bytes of [1, 100, 4000, 8000, 8192, pageBytes]) {
      const page = randomBytes(bytes);
      compress(page, () => undefined);
      expect(page.length).toBe(bytes);
    }
    expect(others.every((other, value) => other.length === 100 && other.every((byte) => byte === value))).toBe(true);
  });
});
