import { gunzipSync, inflateSync } from 'node:zlib';
import { messageOf } from '../../runtime/errors.ts';
import type { ChunkSlice, RecordChunk } from '../ports/record-chunk.ts';
import type { ValueFormat } from '../ports/value-format.ts';
import type { FailureOf, ValueFailure } from './value-failure.ts';
import { frameOf, unpackedLength, type ValueFrame } from './value-frame.ts';

export interface UnwrapRules {
  readonly format: ValueFormat;
  /** A value that unpacks to more stays as it is, and becomes a dead letter. */
  readonly recordBytesMax: number;
}

/** Records whose values may have been unwrapped. */
export interface UnwrappedSlices {
  readonly slices: readonly ChunkSlice[];
  /** The chunk as it came from Kafka. */
  readonly originOf: (chunk: RecordChunk) => RecordChunk;
  readonly failureOf: FailureOf;
}

/**
 * Takes frames and compression off the values. Slices without any are handed back as they are; what can't be unpacked stays. A batch was cut by what
 * its values unpack to, so that they fit the memory together.
 */
export function unwrapValues(slices: readonly ChunkSlice[], rules: UnwrapRules): UnwrappedSlices {
  const origins = new Map<RecordChunk, RecordChunk>();
  const failures = new Map<RecordChunk, ReadonlyMap<number, ValueFailure>>();
  const originOf = (chunk: RecordChunk): RecordChunk => origins.get(chunk) ?? chunk;
  const failureOf: FailureOf = (chunk, index) => failures.get(chunk)?.get(index);
  if (rules.format === 'json') return { slices, originOf, failureOf };
  const unwrapped = slices.map((slice): ChunkSlice => {
    if (!hasFrame(slice)) return slice;
    const failed = new Map<number, ValueFailure>();
    const chunk = unwrapChunk(slice, rules, failed);
    origins.set(chunk, slice.chunk);
    failures.set(chunk, failed);
    return { ...slice, chunk };
  });
  return { slices: unwrapped, originOf, failureOf };
}

function hasFrame({ chunk: { bytes, valueStarts, valueEnds }, first, end }: ChunkSlice): boolean {
  for (let index = first; index < end; index++) {
    const start = valueStarts[index] ?? -1;
    if (start >= 0 && frameOf(bytes, start, valueEnds[index] ?? start) !== undefined) return true;
  }
  return false;
}

/** Notes in `failed` what can't be unpacked. */
function unwrapChunk(
  { chunk, first, end }: ChunkSlice,
  rules: UnwrapRules,
  failed: Map<number, ValueFailure>,
): RecordChunk {
  const valueStarts = chunk.valueStarts.slice(0, chunk.count);
  const valueEnds = chunk.valueEnds.slice(0, chunk.count);
  const unpacked = new Map<number, Buffer>();
  for (let index = first; index < end; index++) {
    const start = valueStarts[index] ?? -1;
    const frame = start < 0 ? undefined : frameOf(chunk.bytes, start, valueEnds[index] ?? start);
    if (frame === undefined || (frame.kind === 'gzip' && rules.format !== 'auto')) continue;
    const inner = chunk.bytes.subarray(start + frame.length, valueEnds[index]);
    if (!frame.isCompressed) valueStarts[index] = start + frame.length;
    else {
      const content = unpackValue(inner, frame.kind, rules.recordBytesMax);
      if (Buffer.isBuffer(content)) unpacked.set(index, content);
      else failed.set(index, content);
    }
  }
  const { bytes } = unpacked.size === 0 ? chunk : rewrite(chunk.bytes, { valueStarts, valueEnds, unpacked });
  return { ...chunk, bytes, valueStarts, valueEnds };
}

/** Unpacks a value, or says why not: it is damaged, or unpacks to more than it says or than a record may have. */
export function unpackValue(
  packed: Buffer,
  kind: ValueFrame['kind'],
  recordBytesMax: number,
): Buffer<ArrayBuffer> | ValueFailure {
  try {
    if (kind !== 'gzip') return inflateSync(packed, { maxOutputLength: recordBytesMax });
    // where it is damaged, the length that it tells may be any: to unpack it shows that
    const told = unpackedLength(packed, 0, packed.length);
    return gunzipSync(packed, { maxOutputLength: Math.max(1, Math.min(told, recordBytesMax)) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_BUFFER_TOO_LARGE' && (kind !== 'gzip' || tellsMore(packed, recordBytesMax)))
      return tooLarge(recordBytesMax);
    if (code === 'ERR_BUFFER_TOO_LARGE')
      return damaged(kind, 'it unpacks to more than its last four bytes say: other bytes may be behind it');
    if (/^(Z_|ERR_)/.test(code)) return damaged(kind, messageOf(error));
    throw new Error(`unpacking a value: ${messageOf(error)}`, { cause: error });
  }
}

/** Whether gzip tells that it unpacks to more; what unpacks to more than it tells is damaged. */
function tellsMore(packed: Buffer, recordBytesMax: number): boolean {
  return unpackedLength(packed, 0, packed.length) > recordBytesMax;
}

function tooLarge(recordBytesMax: number): ValueFailure {
  return { reason: 'too-large', detail: `unpacks to more than ${recordBytesMax} bytes` };
}

function damaged(kind: ValueFrame['kind'], how: string): ValueFailure {
  const what = kind === 'gzip' ? 'gzip' : 'zlib behind a frame of Glue';
  return { reason: 'invalid-compression', detail: `damaged ${what}: ${how}` };
}

/** All values one after the other, as whoever scans them expects; the positions are changed to where they are now. */
function rewrite(
  bytes: Buffer,
  {
    valueStarts,
    valueEnds,
    unpacked,
  }: { valueStarts: Int32Array; valueEnds: Int32Array; unpacked: ReadonlyMap<number, Buffer> },
): { readonly bytes: Buffer } {
  const pieces: Buffer[] = [];
  let at = 0;
  for (let index = 0; index < valueStarts.length; index++) {
    const start = valueStarts[index] ?? -1;
    if (start < 0) continue;
    const value = unpacked.get(index) ?? bytes.subarray(start, valueEnds[index]);
    pieces.push(value);
    valueStarts[index] = at;
    valueEnds[index] = at += value.length;
  }
  return { bytes: Buffer.concat(pieces) };
}
