import { wasmUtils } from '../../runtime/wasm-utils.ts';
import { unpack, UnpacksTooLarge } from './codecs.ts';
import { UnreadableBatch } from './unreadable-batch.ts';
import { larger } from '../../runtime/bigints.ts';

/**
 * One record batch as the broker stores it (message format 2), its records not yet read.
 * Source: Apache Kafka, "Record Batch", https://kafka.apache.org/documentation/#recordbatch
 */
export interface RecordBatch {
  readonly baseOffset: bigint;
  /** Also of batches that compaction has emptied: what lies up to here is accounted for. */
  readonly lastOffset: bigint;
  readonly count: number;
  /** How its records are compressed, 0 for not at all. */
  readonly codec: number;
  /** Its records are `bytes[start, end)`. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Epoch of the leader that wrote it. */
  readonly leaderEpoch: number;
  readonly baseTimestamp: number;
  /** The broker's time for the whole batch; `undefined` when each record has its own. */
  readonly appendTimestamp: number | undefined;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  /** Holds the end of a transaction instead of data. */
  readonly isControl: boolean;
}

/** Where the header's fields begin. */
export const batchLayout = {
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const;

/** What the length field counts begins here. */
export const lengthStart = 12;

const at = batchLayout;
const codecMask = 0x07;
const appendTimeFlag = 0x08;
const transactionalFlag = 0x10;
const controlFlag = 0x20;
const magicOfFormat2 = 2;

/** No record is shorter: its length, attributes, two differences, three lengths of one byte each. */
const recordBytesMin = 7;

const lengthMin = at.records - lengthStart;

/** The record batches that could be read, in order, and what is wrong with the one that follows them. */
export interface ReadBatches {
  readonly batches: readonly RecordBatch[];
  readonly damage: UnreadableBatch | undefined;
}

/**
 * Reads the record batches of one partition in the broker's answer, and checks each against its checksum. The last one may be cut
 * off, and is left out then. Stops at the first that can't be read. `from`: the offset that was asked for.
 */
export function readRecordBatches(buffer: Buffer, from: bigint): ReadBatches {
  const batches: RecordBatch[] = [];
  let next = from;
  try {
    for (let start = 0; start < buffer.length;) {
      const end = endOfBatch(buffer, start, next);
      // the broker sends the first one whole, however large it is
      if (end === undefined && start > 0) break;
      if (end === undefined) throw new UnreadableBatch({ from: next, to: undefined, what: 'is cut off' });
      const batch = readBatch(buffer, start, end, next);
      batches.push(batch);
      next = batch.lastOffset + 1n;
      start = end;
    }
    return { batches, damage: undefined };
  } catch (error) {
    if (error instanceof UnreadableBatch) return { batches, damage: error };
    throw error;
  }
}

/** `undefined` for a batch that is cut off. */
function endOfBatch(buffer: Buffer, start: number, next: bigint): number | undefined {
  if (start + at.records > buffer.length) return undefined;
  const length = buffer.readInt32BE(start + at.length);
  if (length < lengthMin)
    throw new UnreadableBatch({ from: next, to: undefined, what: `says that it has ${length} bytes` });
  const end = start + lengthStart + length;
  return end > buffer.length ? undefined : end;
}

function readBatch(buffer: Buffer, start: number, end: number, next: bigint): RecordBatch {
  const baseOffset = buffer.readBigInt64BE(start);
  const damaged = (what: string, to?: bigint): UnreadableBatch =>
    new UnreadableBatch({ from: larger(baseOffset, next), to, what });
  const magic = buffer.readInt8(start + at.magic);
  if (magic !== magicOfFormat2) throw damaged(`has message format ${magic}, which ended with Kafka 0.11`);
  if (!hasItsChecksum(buffer, start, end)) {
    const what = 'does not match its checksum: its bytes were damaged on the broker’s disk or on their way';
    throw damaged(what, baseOfNext(buffer, end, baseOffset));
  }
  const attributes = buffer.readInt16BE(start + at.attributes);
  const lastOffset = baseOffset + BigInt(buffer.readInt32BE(start + at.lastOffsetDelta));
  const count = buffer.readInt32BE(start + at.count);
  if (baseOffset < 0n || lastOffset < baseOffset || count < 0)
    throw damaged(`says that it holds ${count} records up to offset ${lastOffset}`);
  return {
    baseOffset,
    lastOffset,
    count,
    codec: attributes & codecMask,
    bytes: buffer,
    start: start + at.records,
    end,
    leaderEpoch: buffer.readInt32BE(start + at.leaderEpoch),
    baseTimestamp: Number(buffer.readBigInt64BE(start + at.baseTimestamp)),
    appendTimestamp:
      (attributes & appendTimeFlag) === 0 ? undefined : Number(buffer.readBigInt64BE(start + at.maxTimestamp)),
    producerId: buffer.readBigInt64BE(start + at.producerId),
    isTransactional: (attributes & transactionalFlag) !== 0,
    isControl: (attributes & controlFlag) !== 0,
  };
}

/** The checksum covers everything from the attributes on: what stands before it, the broker changes. 0.6 ns a byte. */
function hasItsChecksum(buffer: Buffer, start: number, end: number): boolean {
  const covered = buffer.subarray(start + at.attributes, end);
  return wasmUtils().crc32c(covered) >>> 0 === buffer.readUInt32BE(start + at.checksum);
}

/** Where the damage ends, if a whole batch follows: the damaged one's own fields can't be believed. */
function baseOfNext(buffer: Buffer, start: number, after: bigint): bigint | undefined {
  if (start + at.records > buffer.length) return undefined;
  const end = start + lengthStart + buffer.readInt32BE(start + at.length);
  if (end < start + at.records || end > buffer.length || !hasItsChecksum(buffer, start, end)) return undefined;
  const baseOffset = buffer.readBigInt64BE(start);
  return baseOffset > after ? baseOffset : undefined;
}

/**
 * The batch with its records as they are read, in a buffer of their own if they were compressed. Throws an `UnreadableBatch` for unknown
 * codecs, impossible counts and what unpacks to more than `unpackedBytesMax`.
 */
export function unpackBatch(batch: RecordBatch, unpackedBytesMax: number): RecordBatch {
  const unpacked = batch.codec === 0 || batch.start === batch.end ? batch : unpackRecords(batch, unpackedBytesMax);
  if (batch.count > (unpacked.end - unpacked.start) / recordBytesMin)
    throw damageOf(batch, `says that it holds ${batch.count} records, which its bytes can’t`);
  return unpacked;
}

function unpackRecords(batch: RecordBatch, unpackedBytesMax: number): RecordBatch {
  const { codec } = batch;
  try {
    const bytes = unpack(codec, batch.bytes.subarray(batch.start, batch.end), unpackedBytesMax);
    return { ...batch, codec: 0, bytes, start: 0, end: bytes.length };
  } catch (error) {
    const isTooLarge = error instanceof UnpacksTooLarge;
    const what = isTooLarge
      ? `unpacks to more than ${unpackedBytesMax} bytes`
      : 'can’t be unpacked: its bytes are damaged';
    throw damageOf(batch, what, { cause: error, ...(isTooLarge && { hint: tooLargeHint }) });
  }
}

const tooLargeHint = 'raise KAFKA_UNPACKED_BYTES_MAX if there is memory for it, or skip the batch';

/** A batch whose header is good and whose records are not. */
export function damageOf(
  { baseOffset, lastOffset }: RecordBatch,
  what: string,
  more: { readonly hint?: string; readonly cause?: unknown } = {},
): UnreadableBatch {
  return new UnreadableBatch({ from: baseOffset, to: lastOffset + 1n, what, ...more });
}
