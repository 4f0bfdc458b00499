import { zstdCompressSync } from 'node:zlib';
import { crc32c } from '@platformatic/wasm-utils';
import type { TestRecord } from './chunks.ts';

/** Writes record batches as a broker sends them, from Kafka's description of the format: an independent counterpart of the decoder. */

export interface BatchOptions {
  readonly baseOffset?: bigint;
  /** Offset of each record after the first batch offset; consecutive when left out. */
  readonly deltas?: readonly number[];
  /** Last offset delta; larger than the last record's for a batch whose tail was compacted away. */
  readonly lastOffsetDelta?: number;
  /** Another count than the records'. */
  readonly count?: number;
  readonly baseTimestamp?: number;
  readonly attributes?: number;
  readonly producerId?: bigint;
  readonly magic?: number;
  readonly compress?: 'zstd';
}

function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

function field(value: Buffer | string | null | undefined): Buffer {
  if (value === null || value === undefined) return Buffer.from(varint(-1));
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from(varint(bytes.length)), bytes]);
}

function encodeRecord(record: TestRecord, offsetDelta: number, timestampDelta: number): Buffer {
  const headers = [...Object.entries(record.headers ?? {}), ...(record.rawHeaders ?? [])];
  const body = Buffer.concat([
    Buffer.from([0, ...varint(timestampDelta), ...varint(offsetDelta)]),
    field(record.key),
    field(record.value),
    Buffer.from(varint(headers.length)),
    ...headers.flatMap(([name, value]) => [field(name), field(value)]),
  ]);
  return Buffer.concat([Buffer.from(varint(body.length)), body]);
}

export function encodeBatch(records: readonly TestRecord[], options: BatchOptions = {}): Buffer {
  const {
    baseOffset = 0n,
    deltas,
    baseTimestamp = records[0]?.timestampMs ?? -1,
    magic = 2,
    producerId = -1n,
  } = options;
  const plain = Buffer.concat(
    records.map((record, index) =>
      encodeRecord(record, deltas?.[index] ?? index, (record.timestampMs ?? baseTimestamp) - baseTimestamp),
    ),
  );
  const packed = options.compress === 'zstd' ? zstdCompressSync(plain) : plain;
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(baseOffset, 0);
  header.writeInt32BE(header.length - 12 + packed.length, 8);
  header.writeInt8(magic, 16);
  header.writeInt16BE((options.attributes ?? 0) | (options.compress === 'zstd' ? 4 : 0), 21);
  header.writeInt32BE(options.lastOffsetDelta ?? deltas?.at(-1) ?? records.length - 1, 23);
  header.writeBigInt64BE(BigInt(baseTimestamp), 27);
  const newest = records.reduce((latest, { timestampMs = -1 }) => Math.max(latest, timestampMs), -1);
  header.writeBigInt64BE(BigInt(newest), 35);
  header.writeBigInt64BE(producerId, 43);
  header.writeInt32BE(options.count ?? records.length, 57);
  return signed(Buffer.concat([header, packed]));
}

/** The batch with the checksum of its bytes as they are. */
export function signed(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** Writes the control record at a transaction's end. */
export function encodeMarker(
  kind: 'abort' | 'commit',
  { baseOffset, producerId }: { baseOffset: bigint; producerId: bigint },
): Buffer {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]);
  return encodeBatch([{ value: Buffer.alloc(6), key: key.toString('latin1') }], {
    baseOffset,
    producerId,
    attributes: 0x30,
  });
}
