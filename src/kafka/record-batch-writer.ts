import { crc32c } from '@platformatic/wasm-utils';
import type { Message } from '../producer/publisher.ts';
import { codecNumber, pack, type Compression } from './codecs.ts';
import { batchLayout as at, lengthStart } from './record-batch.ts';

export interface WriteOptions {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Of the batch's first record: by it the broker knows a batch that it already has. */
  readonly baseSequence: number;
  readonly compression: Compression;
  /** Milliseconds since the epoch, for messages without a timestamp. */
  readonly nowMs: number;
}

/** Length, attributes, timestamp, offset, both lengths and the number of headers, at their longest. */
const overheadMax = 5 + 1 + 10 + 5 + 5 + 5 + 1;
const utf8BytesPerUnit = 3;

/**
 * One record batch of format 2, ready for a produce request. Messages: one or more, all of one partition.
 * Source: Apache Kafka, "Record Batch", https://kafka.apache.org/documentation/#recordbatch
 */
export function writeRecordBatch(messages: readonly Message[], options: WriteOptions): Buffer {
  const { compression, nowMs } = options;
  const baseTimestamp = messages[0]?.timestampMs ?? nowMs;
  let maxTimestamp = baseTimestamp;
  let room: number = at.records;
  for (const { key, value } of messages) room += overheadMax + (key.length + value.length) * utf8BytesPerUnit;
  const buffer = Buffer.allocUnsafe(room);
  let end: number = at.records;
  for (const [offsetDelta, message] of messages.entries()) {
    const timestamp = message.timestampMs ?? nowMs;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    end = writeRecord(buffer, end, { message, offsetDelta, timestampDelta: timestamp - baseTimestamp });
  }
  const batch =
    compression === 'none'
      ? buffer.subarray(0, end)
      : Buffer.concat([buffer.subarray(0, at.records), pack(compression, buffer.subarray(at.records, end))]);
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
  batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.checksum);
  return batch;
}

interface RecordFields {
  readonly message: Message;
  readonly offsetDelta: number;
  readonly timestampDelta: number;
}

function writeRecord(buffer: Buffer, start: number, { message, offsetDelta, timestampDelta }: RecordFields): number {
  const { key, value } = message;
  const keyBytes = Buffer.byteLength(key);
  const valueBytes = Buffer.byteLength(value);
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
  end = writeText(buffer, end, key, keyBytes);
  end = writeText(buffer, end, value, valueBytes);
  buffer[end++] = 0;
  return end;
}

function writeText(buffer: Buffer, start: number, text: string, bytes: number): number {
  const end = writeVarint(buffer, start, bytes);
  // ASCII is copied faster when it is said to be so
  buffer.write(text, end, bytes === text.length ? 'latin1' : 'utf8');
  return end + bytes;
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
