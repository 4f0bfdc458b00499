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
/** The thorough level takes two to eight times as long: what it saves must be worth it. */
const worthwhile = 0.98;
/** Output is collected in pieces of this size. */
const chunkSize = 64 * 1024;

/** Makes zstd that compresses at the fast level, unless the first large page is noticeably smaller at the thorough one. */
function createZstd(): Compress {
  let level: number | undefined;
  return (bytes) => {
    const fast = zstd(bytes, level ?? fastLevel);
    if (level !== undefined || bytes.length < trialBytes) return fast;
    const thorough = zstd(bytes, thoroughLevel);
    level = thorough.length < fast.length * worthwhile ? thoroughLevel : fastLevel;
    return level === thoroughLevel ? thorough : fast;
  };
}

function zstd(bytes: Uint8Array, level: number): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  return zstdCompressSync(bytes, { pledgedSrcSize: bytes.length, chunkSize, params });
}
