import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { freeNow } from '../../runtime/slab-pool.ts';
import { wasmUtils } from '../../runtime/wasm-utils.ts';
import type { Codec } from '../encoder-options.ts';

/** Compresses a page of one column chunk, and lends the compressed bytes to `use` for the time of its call. */
export type Compress = <Result>(bytes: Uint8Array, use: (packed: Uint8Array) => Result) => Result;

const compressions: Readonly<Record<Codec, () => Compress>> = {
  zstd: createZstd,
  gzip: () => (bytes, use) => use(gzipSync(bytes)),
  snappy: () => (bytes, use) => use(wasmUtils().snappyCompress(Buffer.from(bytes))),
  uncompressed: () => (bytes, use) => use(bytes),
};

/** Starts the compression of a column chunk. */
export function createCompress(codec: Codec): Compress {
  return compressions[codec]();
}

const fastLevel = 1;
const thoroughLevel = 3;
/** A page of so many bytes tells which level the pages behind it get. */
const trialBytes = 512 * 1024;
/** So much of it is tried. */
const sampleBytes = 64 * 1024;
/** The thorough level takes two to eight times as long: what it saves must be worth it. */
const worthwhile = 0.98;
/**
 * Repeats are looked for 512 KiB back: about as small files as farther back, and what zstd allocates for a page of the thorough level (2.1 MB) stays in
 * malloc's heap, which is warm, instead of being mapped anew for each page.
 */
const windowLog = 19;
/**
 * What does not compress gets longer by its 256th part, and by a frame around it. With room for that zstd works from page to page, without
 * buffers of its own in between; memory that is not written to takes none.
 */
const frameBytes = 128;

/** Makes zstd that compresses at the fast level, unless a sample of the first large page is noticeably smaller at the thorough one. */
function createZstd(): Compress {
  let level: number | undefined;
  return (bytes, use) => {
    if (bytes.length >= trialBytes) level ??= levelFor(bytes.subarray(0, sampleBytes));
    return zstd(bytes, level ?? fastLevel, use);
  };
}

function levelFor(sample: Uint8Array): number {
  const thorough = zstd(sample, thoroughLevel, lengthOf);
  return thorough < zstd(sample, fastLevel, lengthOf) * worthwhile ? thoroughLevel : fastLevel;
}

function lengthOf({ length }: Uint8Array): number {
  return length;
}

function zstd<Result>(bytes: Uint8Array, level: number, use: (packed: Uint8Array) => Result): Result {
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: windowLog };
  const { length } = bytes;
  const chunkSize = length + (length >>> 8) + frameBytes;
  const packed = zstdCompressSync(bytes, { pledgedSrcSize: length, chunkSize, params });
  const result = use(packed);
  // short ones lie in Node's pool of buffers
  if (packed.buffer.byteLength === chunkSize) freeNow(packed.buffer);
  return result;
}
