import { wasmUtils } from '../../runtime/wasm-utils.ts';
import type { Message } from '../../producer/publisher.ts';
import { codecNumber, pack, type Compression } from './codecs.ts';
import { batchLayout as at, lengthStart } from './record-batch.ts';

export interface WriteOptions {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Sequence number of the batch's first record: by it the broker knows a batch that it already has. */
  readonly baseSequence: number;
  readonly compression: Compression;
  /** Milliseconds since the epoch, for messages without a timestamp. */
  readonly nowMs: number;
}

/** Length, attributes, timestamp, offset, both lengths and the number of headers, at their longest. */
const overheadMax = 5 + 1 + 10 + 5 + 5 + 5 + 1;
const utf8BytesPerUnit = 3;

/** Batches are written here and copied out at their size: as large as the largest batch. */
let scratch = Buffer.alloc(0);

/**
 * One record batch of format 2, ready for a produce request. Messages: one or more, all of one partition.
 * Source: Apache Kafka, "Record Batch", https://kafka.apache.org/documentation/#recordbatch
 */
export function writeRecordBatch(messages: readonly Message[], options: WriteOptions): Buffer {
  const { compression, nowMs } = options;
  const baseTimestamp = messages[0]?.timestampMs ?? nowMs;
  let maxTimestamp = baseTimestamp;
  const room = roomFor(messages);
  if (scratch.length < room) scratch = Buffer.allocUnsafeSlow(room);
  let end: number = at.records;
  let offsetDelta = 0;
  for (const message of messages) {
    const timestamp = message.timestampMs ?? nowMs;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    end = writeRecord(scratch, end, { message, offsetDelta, timestampDelta: timestamp - baseTimestamp });
    offsetDelta++;
  }
  const records = scratch.subarray(at.records, end);
  const batch = Buffer.concat([scratch.subarray(0, at.records), pack(compression, records)]);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - lengthStart, at.length);
  batch.writeInt32BE(-1, at.leaderEpoch);
  batch.writeInt8(2, at.magic);
  batch.writeInt16BE(codecNumber(compression), at.attributes);
  batch.writeInt32BE(messages.length - 1, at.lastOffsetDelta);
  batch.writeBigInt64BE(BigInt(baseTimestamp), at.baseTimestamp);
  batch.writeBigInt64BE(BigInt(maxTimestamp), at.maxTimestamp);
  batch.writeBigInt64BE(options.producerId, at.producerId);
  batch.writeInt16BE(options.producerEpoch, at.producerEpoch);
  batch.writeInt32BE(options.baseSequence, at.baseSequence);
  batch.writeInt32BE(messages.length, at.count);
  batch.writeUInt32BE(wasmUtils().crc32c(batch.subarray(at.attributes)), at.checksum);
  return batch;
}

function roomFor(messages: readonly Message[]): number {
  let room: number = at.records;
  for (const { key, value } of messages) room += overheadMax + (key.length + value.length) * utf8BytesPerUnit;
  return room;
}

interface RecordFields {
  readonly message: Message;
  readonly offsetDelta: number;
  readonly timestampDelta: number;
}

/** Most strings are ASCII, a byte a character. Only where writing one proves otherwise are bytes counted, which takes as long. */
function writeRecord(buffer: Buffer, start: number, fields: RecordFields): number {
  const { key, value } = fields.message;
  const end =
    writeSized(buffer, start, fields, { keyBytes: key.length, valueBytes: value.length }) ??
    writeSized(buffer, start, fields, { keyBytes: Buffer.byteLength(key), valueBytes: Buffer.byteLength(value) });
  if (end === undefined) throw new RangeError('a string took more bytes than were counted');
  return end;
}

interface StringSizes {
  readonly keyBytes: number;
  readonly valueBytes: number;
}

/** `undefined` if a string has another size. */
function writeSized(buffer: Buffer, start: number, fields: RecordFields, sizes: StringSizes): number | undefined {
  const { message, offsetDelta, timestampDelta } = fields;
  const { keyBytes, valueBytes } = sizes;
  const length =
    1 +
    varintBytes(timestampDelta) +
    varintBytes(offsetDelta) +
    varintBytes(keyBytes) +
    keyBytes +
    varintBytes(valueBytes) +
    valueBytes +
    1;
  let end = writeVarint(buffer, start, length);
  buffer[end++] = 0;
  end = writeVarint(buffer, end, timestampDelta);
  end = writeVarint(buffer, end, offsetDelta);
  end = writeVarint(buffer, end, keyBytes);
  if (buffer.write(message.key, end) !== keyBytes) return undefined;
  end = writeVarint(buffer, end + keyBytes, valueBytes);
  if (buffer.write(message.value, end) !== valueBytes) return undefined;
  end += valueBytes;
  buffer[end++] = 0;
  return end;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = zigzag(value); rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** Zigzag, seven bits a byte, the lowest first. */
function writeVarint(buffer: Buffer, start: number, value: number): number {
  let rest = zigzag(value);
  let end = start;
  while (rest >= 0x80) {
    buffer[end++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  buffer[end++] = rest;
  return end;
}
