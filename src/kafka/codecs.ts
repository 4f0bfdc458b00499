import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { lz4Compress, lz4Decompress, snappyCompress, snappyDecompress } from '@platformatic/wasm-utils';

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeaderBytes = 16;

/** Adds zstd (Node), lz4 and snappy (WebAssembly) to kafkajs, which has only gzip. */
export function registerCodecs({ CompressionCodecs, CompressionTypes }: typeof import('kafkajs')): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
    decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
  });
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => lz4Compress(buffer),
    decompress: async (buffer: Buffer) => lz4Decompress(buffer),
  });
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => snappyCompress(buffer),
    decompress: async (buffer: Buffer) => unframeSnappy(buffer),
  });
}

/** Java producers wrap snappy blocks in a frame of their own. */
function unframeSnappy(buffer: Buffer): Buffer {
  if (!buffer.subarray(0, xerialMagic.length).equals(xerialMagic)) return snappyDecompress(buffer);
  const blocks: Uint8Array[] = [];
  for (let at = xerialHeaderBytes; at < buffer.length;) {
    const size = buffer.readUInt32BE(at);
    blocks.push(snappyDecompress(buffer.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return Buffer.concat(blocks);
}
