import { gunzipSync, inflateSync } from 'node:zlib';

/** What stands before a value's JSON, by its first bytes: JSON itself can begin with none of them. */
export type ValueFrame =
  /** https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format */
  | { readonly kind: 'confluent'; readonly schemaId: number; readonly isCompressed: false; readonly length: 5 }
  /** AWS Glue Schema Registry's: version, compression, the schema version's UUID. */
  | { readonly kind: 'glue'; readonly isCompressed: boolean; readonly length: 18 }
  | { readonly kind: 'gzip'; readonly isCompressed: true; readonly length: 0 };

const confluentMagic = 0x00;
const glueVersion = 0x03;
const glueUncompressed = 0x00;
const glueZlib = 0x05;
const gzipMagic = 0x1f8b;
/** Header and trailer of gzip. */
const gzipBytesMin = 18;

/** The frame of the value `[start, end)`; `undefined` for one that may be JSON as it is. */
export function frameOf(bytes: Buffer, start: number, end: number): ValueFrame | undefined {
  const first = bytes[start] ?? 0xff;
  if (first > 0x1f) return undefined;
  const length = end - start;
  if (first === confluentMagic && length >= 5)
    return { kind: 'confluent', schemaId: bytes.readInt32BE(start + 1), isCompressed: false, length: 5 };
  const compression = bytes[start + 1];
  if (first === glueVersion && length >= 18 && (compression === glueUncompressed || compression === glueZlib))
    return { kind: 'glue', isCompressed: compression === glueZlib, length: 18 };
  if (length < gzipBytesMin || bytes.readUInt16BE(start) !== gzipMagic) return undefined;
  return { kind: 'gzip', isCompressed: true, length: 0 };
}

/** Names the schema of a frame: `confluent/5`, `glue/` and a UUID; `undefined` for a frame that names none. */
export function schemaKeyOf(bytes: Buffer, start: number, frame: ValueFrame): string | undefined {
  if (frame.kind === 'confluent') return `confluent/${frame.schemaId}`;
  if (frame.kind === 'gzip') return undefined;
  return `glue/${uuidOf(bytes.subarray(start + 2, start + frame.length))}`;
}

/** The UUID of 16 bytes. */
export function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Larger than the largest record there may be; whatever unpacks to more counts as this much. */
const measuredBytesMax = 128 * 1024 * 1024;

export function isCompressed(bytes: Buffer, start: number, end: number): boolean {
  return frameOf(bytes, start, end)?.isCompressed === true;
}

/** What a member of gzip begins with; several may follow each other. Source: https://www.rfc-editor.org/rfc/rfc1952#section-2.2 */
const gzipMember = Buffer.from([0x1f, 0x8b, 0x08]);

/** Bytes of a value once it is unpacked: gzip of one member says it, others must be unpacked to know; its own length when it is neither. */
export function unpackedLength(bytes: Buffer, start: number, end: number): number {
  const frame = frameOf(bytes, start, end);
  if (frame?.isCompressed !== true) return end - start;
  const packed = bytes.subarray(start + frame.length, end);
  if (frame.kind === 'glue') return measure(packed, inflateSync);
  const mayHaveMembers = packed.includes(gzipMember, gzipBytesMin);
  return mayHaveMembers ? measure(packed, gunzipSync) : packed.readUInt32LE(packed.length - 4);
}

function measure(packed: Buffer, unpack: typeof gunzipSync): number {
  try {
    return unpack(packed, { maxOutputLength: measuredBytesMax }).length;
  } catch (error) {
    // what is damaged is not unpacked later either
    return error instanceof RangeError ? measuredBytesMax : packed.length;
  }
}
