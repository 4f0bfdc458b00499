import { PipelineError } from '../../runtime/errors.ts';
import { unpack } from './codecs.ts';

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

/**
 * The record batches of one partition in the broker's answer. The last one may be cut off, and is left out then.
 * Throws RECORDS_UNREADABLE for older formats.
 */
export function readRecordBatches(buffer: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let start = 0; start + at.records <= buffer.length;) {
    const end = start + lengthStart + buffer.readInt32BE(start + at.length);
    if (end > buffer.length) break;
    batches.push(readBatch(buffer, start, end));
    start = end;
  }
  return batches;
}

function readBatch(buffer: Buffer, start: number, end: number): RecordBatch {
  const baseOffset = buffer.readBigInt64BE(start);
  const magic = buffer.readInt8(start + at.magic);
  if (magic !== magicOfFormat2)
    throw unreadable(baseOffset, `has message format ${magic}, which ended with Kafka 0.11`);
  const attributes = buffer.readInt16BE(start + at.attributes);
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(buffer.readInt32BE(start + at.lastOffsetDelta)),
    count: buffer.readInt32BE(start + at.count),
    codec: attributes & codecMask,
    bytes: buffer,
    start: start + at.records,
    end,
    baseTimestamp: Number(buffer.readBigInt64BE(start + at.baseTimestamp)),
    appendTimestamp:
      (attributes & appendTimeFlag) === 0 ? undefined : Number(buffer.readBigInt64BE(start + at.maxTimestamp)),
    producerId: buffer.readBigInt64BE(start + at.producerId),
    isTransactional: (attributes & transactionalFlag) !== 0,
    isControl: (attributes & controlFlag) !== 0,
  };
}

/**
 * The batch with its records as they are read, in a buffer of their own if they were compressed. Throws RECORDS_UNREADABLE for unknown
 * codecs, impossible counts and what unpacks to more than `unpackedBytesMax`.
 */
export function unpackBatch(batch: RecordBatch, unpackedBytesMax: number): RecordBatch {
  const unpacked = batch.codec === 0 || batch.start === batch.end ? batch : unpackRecords(batch, unpackedBytesMax);
  if (batch.count > (unpacked.end - unpacked.start) / recordBytesMin)
    throw unreadable(batch.baseOffset, `says that it holds ${batch.count} records, which its bytes can’t`);
  return unpacked;
}

function unpackRecords(batch: RecordBatch, unpackedBytesMax: number): RecordBatch {
  const { codec, baseOffset } = batch;
  try {
    const bytes = unpack(codec, batch.bytes.subarray(batch.start, batch.end), unpackedBytesMax);
    return { ...batch, codec: 0, bytes, start: 0, end: bytes.length };
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    throw unreadable(
      baseOffset,
      isTooLarge ? `unpacks to more than ${unpackedBytesMax} bytes` : 'can’t be unpacked: its bytes are damaged',
      error,
    );
  }
}

/** What an aborted transaction's list says: batches of this producer from this offset on, up to its abort marker. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** The (unpacked) batches with data of transactions that were committed, or of none. Source: Java's CompletedFetch. */
export function readableBatches(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): RecordBatch[] {
  const waiting = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const active = new Set<bigint>();
  return batches.filter((batch) => {
    while (waiting[0] !== undefined && waiting[0].firstOffset <= batch.lastOffset) {
      active.add(waiting[0].producerId);
      waiting.shift();
    }
    if (batch.isControl) {
      if (isAbortMarker(batch)) active.delete(batch.producerId);
      return false;
    }
    return !(batch.isTransactional && active.has(batch.producerId));
  });
}

/** A control record's key: version and type, 16 bits each; type 0 is the end of an aborted transaction. */
function isAbortMarker(batch: RecordBatch): boolean {
  if (batch.count === 0) return false;
  const cursor = new RecordCursor(batch);
  cursor.next();
  return cursor.keyStart >= 0 && batch.bytes.readInt16BE(cursor.keyStart + 2) === 0;
}

/** Walks over a batch's records without making objects; its fields describe the current one. */
export class RecordCursor {
  offsetDelta = 0;
  timestamp = -1;
  /** Where the record itself begins. */
  start = -1;
  /** -1 for null. */
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  headerCount = 0;
  readonly #bytes: Buffer;
  readonly #batch: RecordBatch;
  #at: number;
  #headersAt = 0;

  /** Before the record that begins at `start`; the batch's first one when left out. */
  constructor(batch: RecordBatch, start = batch.start) {
    this.#batch = batch;
    this.#bytes = batch.bytes;
    this.#at = start;
  }

  /** Moves to the next record; call it `count` times at most. Throws RECORDS_UNREADABLE for damaged bytes. */
  next(): void {
    const { appendTimestamp, baseTimestamp, end: batchEnd } = this.#batch;
    this.start = this.#at;
    const length = this.#varint();
    const end = this.#at + length;
    if (length < 0 || end > batchEnd) throw this.#cutOff();
    this.#at++;
    const timestampDelta = this.#varint();
    this.timestamp = appendTimestamp ?? (baseTimestamp < 0 ? -1 : baseTimestamp + timestampDelta);
    this.offsetDelta = this.#varint();
    const keyLength = this.#varint();
    this.keyStart = keyLength < 0 ? -1 : this.#at;
    if (keyLength > 0) this.#at += keyLength;
    this.keyEnd = this.#at;
    const valueLength = this.#varint();
    this.valueStart = valueLength < 0 ? -1 : this.#at;
    if (valueLength > 0) this.#at += valueLength;
    this.valueEnd = this.#at;
    this.headerCount = this.#varint();
    this.#headersAt = this.#at;
    if (this.#at > end) throw this.#cutOff();
    this.#at = end;
  }

  #cutOff(): PipelineError {
    return unreadable(this.#batch.baseOffset, 'ends within a record');
  }

  /** The current record's headers as a JSON object of texts; a name that is there several times has an array. */
  headersJson(): string {
    const end = this.#at;
    this.#at = this.#headersAt;
    const headers = new Map<string, string | (string | null)[] | null>();
    for (let left = this.headerCount; left > 0; left--) {
      const name = this.#text() ?? '';
      const value = this.#text();
      const before = headers.get(name);
      if (before === undefined) headers.set(name, value);
      else headers.set(name, Array.isArray(before) ? [...before, value] : [before, value]);
    }
    this.#at = end;
    return JSON.stringify(Object.fromEntries(headers));
  }

  #text(): string | null {
    const length = this.#varint();
    if (length < 0) return null;
    const start = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', start, this.#at);
  }

  /** Zigzag, up to 64 bits; values beyond 2^53 do not occur in lengths and differences. */
  #varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++] ?? 0;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let low = byte & 0x7f;
    let shift = 7;
    while (shift < 28) {
      byte = bytes[this.#at++] ?? 0;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
      shift += 7;
    }
    let value = low;
    let scale = 2 ** 28;
    do {
      byte = bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80 && scale < 2 ** 70);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function unreadable(baseOffset: bigint, what: string, cause?: unknown): PipelineError {
  return new PipelineError('RECORDS_UNREADABLE', {
    message: `the record batch at offset ${baseOffset} ${what}`,
    retryable: false,
    details: { offset: baseOffset.toString() },
    hint: 'raise KAFKA_UNPACKED_BYTES_MAX if it is too large; nothing behind it is read before it can be',
    cause,
  });
}
