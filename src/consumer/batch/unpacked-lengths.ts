import type { RecordChunk } from '../ports/record-chunk.ts';
import { isCompressed, unpackedLength } from './value-frame.ts';

/** Keeps what was measured by chunk, so that a value is unpacked for it once; `null` for a chunk without compressed values. */
const measured = new WeakMap<RecordChunk, Float64Array | null>();

/** Bytes of a chunk's values once they are unpacked, by record; `undefined` for a chunk without compressed ones. */
export function unpackedLengthsOf(chunk: RecordChunk): Float64Array | undefined {
  const known = measured.get(chunk);
  if (known !== undefined) return known ?? undefined;
  const lengths = measure(chunk);
  measured.set(chunk, lengths ?? null);
  return lengths;
}

function measure({ bytes, count, valueStarts, valueEnds }: RecordChunk): Float64Array | undefined {
  let lengths: Float64Array | undefined;
  for (let index = 0; index < count; index++) {
    const start = valueStarts[index] ?? -1;
    if (start < 0 || !isCompressed(bytes, start, valueEnds[index] ?? start)) continue;
    lengths ??= plainLengths(count, valueStarts, valueEnds);
    lengths[index] = unpackedLength(bytes, start, valueEnds[index] ?? start);
  }
  return lengths;
}

function plainLengths(count: number, starts: Int32Array, ends: Int32Array): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => Math.max(0, (ends[index] ?? 0) - (starts[index] ?? 0)));
}
