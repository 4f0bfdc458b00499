import { createRequire } from 'node:module';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const require = createRequire(import.meta.url);

interface Wasm {
  compressSnappy?(input: Uint8Array): Uint8Array;
  lz4FrameCompress(input: Uint8Array): Uint8Array;
  lz4FrameDecompress(input: Uint8Array): Uint8Array;
  snappyCompress(input: Uint8Array): Uint8Array;
  snappyDecompress(input: Uint8Array): Uint8Array;
}

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeaderBytes = 16;

/** Adds zstd (Node), lz4 and snappy (WebAssembly) to kafkajs, which has only gzip. */
export function registerCodecs({ CompressionCodecs, CompressionTypes }: typeof import('kafkajs')): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
    decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
  });
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => Buffer.from(wasm().lz4FrameCompress(buffer)),
    decompress: async (buffer: Buffer) => Buffer.from(wasm().lz4FrameDecompress(buffer)),
  });
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => Buffer.from(wasm().snappyCompress(buffer)),
    decompress: async (buffer: Buffer) => unframeSnappy(buffer),
  });
}

function wasm(): Wasm {
  return require('@platformatic/wasm-utils');
}

/** Java producers wrap snappy blocks in a frame of their own. */
function unframeSnappy(buffer: Buffer): Buffer {
  if (!buffer.subarray(0, xerialMagic.length).equals(xerialMagic)) return Buffer.from(wasm().snappyDecompress(buffer));
  const blocks: Uint8Array[] = [];
  for (let at = xerialHeaderBytes; at < buffer.length;) {
    const size = buffer.readUInt32BE(at);
    blocks.push(wasm().snappyDecompress(buffer.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return Buffer.concat(blocks);
}
