import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { wasmUtils } from '../runtime/wasm-utils.ts';
import type { Codec } from './encoder-options.ts';

/** Compresses the pages of one column chunk. */
export type Compress = (bytes: Uint8Array) => Uint8Array;

const compressions: Readonly<Record<Codec, () => Compress>> = {
  zstd: createZstd,
  gzip: () => (bytes) => gzipSync(bytes),
  snappy: () => (bytes) => wasmUtils().snappyCompress(Buffer.from(bytes)),
  // the page's bytes are used again for the next one
  uncompressed: () => (bytes) => Uint8Array.from(bytes),
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
const sampleBytes = 128 * 1024;
/** The thorough level takes two to eight times as long: what it saves must be worth it. */
const worthwhile = 0.98;
/**
 * What does not compress gets longer by its 256th part, and by a frame around it. With room for that zstd works from page to page, without
 * buffers of its own in between; memory that is not written to takes none.
 */
const frameBytes = 128;

/** Makes zstd that compresses at the fast level, unless a sample of the first large page is noticeably smaller at the thorough one. */
function createZstd(): Compress {
  let level: number | undefined;
  return (bytes) => {
    if (bytes.length >= trialBytes) level ??= levelFor(bytes.subarray(0, sampleBytes));
    return zstd(bytes, level ?? fastLevel);
  };
}

function levelFor(sample: Uint8Array): number {
  const thorough = zstd(sample, thoroughLevel).length;
  return thorough < zstd(sample, fastLevel).length * worthwhile ? thoroughLevel : fastLevel;
}

function zstd(bytes: Uint8Array, level: number): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const { length } = bytes;
  const chunkSize = length + (length >>> 8) + frameBytes;
  return zstdCompressSync(bytes, { pledgedSrcSize: length, chunkSize, params });
}
