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

/** Length, attributes, timestamp, offset and both lengths, at their longest. */
const overheadMax = 5 + 1 + 10 + 5 + 5 + 5;
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
  for (const { key = '', value, headers } of messages)
    room += overheadMax + (key.length + value.length) * utf8BytesPerUnit + headerBytes(headers).length;
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
    writeSized(buffer, start, fields, { keyBytes: key?.length ?? -1, valueBytes: value.length }) ??
    writeSized(buffer, start, fields, {
      keyBytes: key === undefined ? -1 : Buffer.byteLength(key),
      valueBytes: Buffer.byteLength(value),
    });
  if (end === undefined) throw new RangeError('a string took more bytes than were counted');
  return end;
}

interface StringSizes {
  /** -1 for none. */
  readonly keyBytes: number;
  readonly valueBytes: number;
}

/** `undefined` if a string has another size. */
function writeSized(buffer: Buffer, start: number, fields: RecordFields, sizes: StringSizes): number | undefined {
  const { message, offsetDelta, timestampDelta } = fields;
  const { keyBytes, valueBytes } = sizes;
  const headers = headerBytes(message.headers);
  const length =
    1 +
    varintBytes(timestampDelta) +
    varintBytes(offsetDelta) +
    varintBytes(keyBytes) +
    Math.max(0, keyBytes) +
    varintBytes(valueBytes) +
    valueBytes +
    headers.length;
  let end = writeVarint(buffer, start, length);
  buffer[end++] = 0;
  end = writeVarint(buffer, end, timestampDelta);
  end = writeVarint(buffer, end, offsetDelta);
  end = writeVarint(buffer, end, keyBytes);
  if (message.key !== undefined && buffer.write(message.key, end) !== keyBytes) return undefined;
  end = writeVarint(buffer, end + Math.max(0, keyBytes), valueBytes);
  const { value } = message;
  const written = typeof value === 'string' ? buffer.write(value, end) : value.copy(buffer, end);
  if (written !== valueBytes) return undefined;
  end += valueBytes;
  headers.copy(buffer, end);
  return end + headers.length;
}

const noHeaders = Buffer.from([0]);
const writtenHeaders = new WeakMap<NonNullable<Message['headers']>, Buffer>();

/** A record's headers with their number before them; messages may share them. */
function headerBytes(headers: Message['headers']): Buffer {
  if (headers === undefined) return noHeaders;
  const present = writtenHeaders.get(headers);
  if (present !== undefined) return present;
  const strings = Object.entries(headers).flat();
  const written = Buffer.concat([varintOf(strings.length / 2), ...strings.flatMap(sizedString)]);
  writtenHeaders.set(headers, written);
  return written;
}

function sizedString(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return [varintOf(bytes.length), bytes];
}

function varintOf(value: number): Buffer {
  const bytes = Buffer.alloc(varintBytes(value));
  writeVarint(bytes, 0, value);
  return bytes;
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
