import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { unreachable } from '../../runtime/errors.ts';
import { lz4UnpacksBeyond } from './lz4-size.ts';
import { wasmUtils } from '../../runtime/wasm-utils.ts';

/** Codec numbers of the record batch's attributes. */
const codecs = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

export type Compression = keyof typeof codecs;

/**
 * Node unpacks into pieces of a given size. What unpacks into one piece need not be put together; one that is much too large costs
 * full garbage collections, since V8 counts all of it.
 */
const pieceBytesMin = 64 * 1024;
const pieceBytesMax = 32 * 1024 * 1024;
const ratioMax = 128;
const pieceMargin = 1.25;

/** Unpacked bytes per packed byte of the last batch of a codec: the next one is expected to be like it. */
const ratios = { gzip: 8, zstd: 8 };

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeaderBytes = 16;
/** A copy of snappy is two bytes at least, and stands for 64 at most. Source: https://github.com/google/snappy/blob/main/format_description.txt */
const snappyRatioMax = 32;

export function codecNumber(compression: Compression): number {
  return codecs[compression];
}

/** zstd and gzip are Node's, lz4 and snappy WebAssembly. */
export function pack(compression: Compression, bytes: Buffer): Buffer {
  switch (compression) {
    case 'none':
      return bytes;
    case 'gzip':
      return gzipSync(bytes);
    case 'snappy':
      return wasmUtils().snappyCompress(bytes);
    case 'lz4':
      return wasmUtils().lz4Compress(bytes);
    case 'zstd':
      return zstdCompressSync(bytes);
    default:
      return unreachable(compression);
  }
}

/** Bytes are more than may be unpacked. */
export class UnpacksTooLarge extends Error {}

/** Throws `UnpacksTooLarge` when there is more than `bytesMax`, another error for damaged bytes or an unknown codec. */
export function unpack(codec: number, packed: Buffer, bytesMax: number): Buffer {
  try {
    return unpackBy(codec, packed, bytesMax);
  } catch (error) {
    const isTooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? new UnpacksTooLarge(error.message, { cause: error }) : error;
  }
}

function unpackBy(codec: number, packed: Buffer, bytesMax: number): Buffer {
  switch (codec) {
    case codecs.gzip:
      return learning('gzip', packed, (chunkSize) => gunzipSync(packed, { maxOutputLength: bytesMax, chunkSize }));
    case codecs.zstd:
      return learning('zstd', packed, (chunkSize) => unpackZstd(packed, bytesMax, chunkSize));
    case codecs.snappy:
      return unpackSnappy(packed, bytesMax);
    case codecs.lz4:
      return unpackLz4(packed, bytesMax);
    default:
      throw new TypeError(`unknown codec ${codec}`);
  }
}

/** Frames may follow each other, and some may be skipped (RFC 8878); Node unpacks one. */
function unpackZstd(packed: Buffer, bytesMax: number, chunkSize: number): Buffer {
  const frames: Buffer[] = [];
  let left = bytesMax;
  for (let at = 0; at < packed.length;) {
    const options = { maxOutputLength: Math.max(1, left), chunkSize, info: true };
    const frame: unknown = zstdDecompressSync(packed.subarray(at), options);
    const unpacked: unknown = Reflect.get(Object(frame), 'buffer');
    const used = Number(Reflect.get(Object(Reflect.get(Object(frame), 'engine')), 'bytesWritten'));
    if (!Buffer.isBuffer(unpacked) || !(used > 0)) throw new TypeError('zstd did not say how much it has read');
    frames.push(unpacked);
    left -= unpacked.length;
    at += used;
  }
  const [only] = frames;
  return only !== undefined && frames.length === 1 ? only : Buffer.concat(frames);
}

/** Unpacks into pieces as large as the last batch makes likely. */
function learning(codec: keyof typeof ratios, packed: Buffer, unpackInto: (pieceBytes: number) => Buffer): Buffer {
  const likely = Math.ceil(packed.length * ratios[codec] * pieceMargin);
  const unpacked = unpackInto(Math.max(pieceBytesMin, Math.min(pieceBytesMax, likely)));
  ratios[codec] = Math.min(ratioMax, unpacked.length / packed.length);
  return unpacked;
}

/** Java producers wrap snappy blocks in a frame of their own. */
function unpackSnappy(packed: Buffer, bytesMax: number): Buffer {
  if (!packed.subarray(0, xerialMagic.length).equals(xerialMagic)) return unpackBlock(packed, bytesMax);
  const blocks: Buffer[] = [];
  let left = bytesMax;
  for (let at = xerialHeaderBytes; at < packed.length;) {
    const size = packed.readUInt32BE(at);
    const block = unpackBlock(packed.subarray(at + 4, at + 4 + size), left);
    blocks.push(block);
    left -= block.length;
    at += 4 + size;
  }
  return Buffer.concat(blocks);
}

/** A snappy block begins with its unpacked length. */
function unpackBlock(block: Buffer, bytesMax: number): Buffer {
  let length = 0;
  for (let at = 0, scale = 1; at < 5; at++, scale *= 128) {
    const byte = block[at] ?? 0;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  if (length > block.length * snappyRatioMax) throw new Error(`${block.length} bytes can't hold ${length}`);
  if (length > bytesMax) throw new UnpacksTooLarge(`${length} bytes`);
  return wasmUtils().snappyDecompress(block);
}

function unpackLz4(packed: Buffer, bytesMax: number): Buffer {
  if (lz4UnpacksBeyond(packed, bytesMax)) throw new UnpacksTooLarge(`more than ${bytesMax} bytes`);
  return wasmUtils().lz4Decompress(packed);
}
