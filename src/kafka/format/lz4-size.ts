/** Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
const magic = 0x184d2204;
const flagsAt = 4;
const blockChecksumFlag = 0x10;
const contentSizeFlag = 0x08;
const contentChecksumFlag = 0x04;
const dictionaryFlag = 0x01;
/** Magic, flags, block size and the header's checksum. */
const headerBytesMin = 7;
const uncompressedBlock = 0x80000000;

/** Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
const longLength = 15;
const matchBytesMin = 4;
const offsetBytes = 2;

/** Whether LZ4 frames unpack to more than `bytesMax`, told without unpacking them. Throws an Error for damaged bytes. */
export function lz4UnpacksBeyond(packed: Buffer, bytesMax: number): boolean {
  let bytes = 0;
  for (let start = 0; start < packed.length;) {
    const frame = frameSize(packed, start, bytesMax - bytes);
    bytes += frame.unpackedBytes;
    if (bytes > bytesMax) return true;
    start = frame.end;
  }
  return false;
}

/** Stops where it is beyond `bytesMax`. */
function frameSize(packed: Buffer, start: number, bytesMax: number): { unpackedBytes: number; end: number } {
  if (start + headerBytesMin > packed.length || packed.readUInt32LE(start) !== magic) throw damaged();
  const flags = packed.readUInt8(start + flagsAt);
  const blockBytesMax = 2 ** (8 + 2 * ((packed.readUInt8(start + flagsAt + 1) >> 4) & 7));
  const blockChecksumBytes = (flags & blockChecksumFlag) === 0 ? 0 : 4;
  let at = start + headerBytesMin;
  if ((flags & contentSizeFlag) !== 0) at += 8;
  if ((flags & dictionaryFlag) !== 0) at += 4;
  let unpackedBytes = 0;
  for (;;) {
    if (at + 4 > packed.length) throw damaged();
    const field = packed.readUInt32LE(at);
    at += 4;
    if (field === 0) break;
    const isPlain = field >= uncompressedBlock;
    const size = isPlain ? field - uncompressedBlock : field;
    if (at + size > packed.length) throw damaged();
    const mayFit = unpackedBytes + blockBytesMax <= bytesMax;
    // a block's largest size is good enough as long as it fits
    unpackedBytes += isPlain ? size : mayFit ? blockBytesMax : blockSize(packed, at, at + size);
    if (unpackedBytes > bytesMax) break;
    at += size + blockChecksumBytes;
  }
  return { unpackedBytes, end: at + ((flags & contentChecksumFlag) === 0 ? 0 : 4) };
}

/** What a block's literals and matches unpack to. */
function blockSize(packed: Buffer, start: number, end: number): number {
  let bytes = 0;
  let at = start;
  const more = (length: number): number => {
    let total = length;
    if (length !== longLength) return total;
    for (;;) {
      if (at >= end) throw damaged();
      const byte = packed.readUInt8(at++);
      total += byte;
      if (byte < 255) return total;
    }
  };
  while (at < end) {
    const token = packed.readUInt8(at++);
    const literals = more(token >> 4);
    at += literals;
    bytes += literals;
    if (at > end) throw damaged();
    // the last sequence has no match
    if (at === end) break;
    at += offsetBytes;
    bytes += more(token & 0x0f) + matchBytesMin;
  }
  return bytes;
}

function damaged(): Error {
  return new Error('damaged LZ4 frame');
}
