import { Turns } from '../../../runtime/turns.ts';
import type { EarlyEnd } from '../../ports/decode-limits.ts';
import type { UnwrappedSlices } from '../../batch/unwrap-values.ts';
import type { ValueFailure } from '../../batch/value-failure.ts';
import type { ChunkSlice, RecordChunk } from '../../ports/record-chunk.ts';
import { ValueExpander, type ExpandFailure, type ExpandRules } from './expand-values.ts';

/** A record of Kafka, and why its value could not be read or taken apart. */
export interface RecordOrigin {
  readonly chunk: RecordChunk;
  readonly index: number;
  readonly failure: ValueFailure | ExpandFailure | undefined;
}

/** Values as JSON, one record each. */
export interface ReadRecords {
  readonly slices: readonly ChunkSlice[];
  readonly originOf: (chunk: RecordChunk, index: number) => RecordOrigin;
  /** Set when records were left out, since the rows would be too many. */
  readonly earlyEnd?: EarlyEnd;
}

type Unwrap = (slices: readonly ChunkSlice[]) => Promise<UnwrappedSlices>;

/** Takes off what stands around values that are a record each. */
export async function readWhole(slices: readonly ChunkSlice[], unwrap: Unwrap): Promise<ReadRecords> {
  const unwrapped = await unwrap(slices);
  const originOf = (chunk: RecordChunk, index: number): RecordOrigin => ({
    chunk: unwrapped.originOf(chunk),
    index,
    failure: unwrapped.failureOf(chunk, index),
  });
  return { slices: unwrapped.slices, originOf };
}

/** Takes values of several records apart, slice by slice: what lies behind the last row is not even unwrapped. */
export async function splitRecords(
  slices: readonly ChunkSlice[],
  unwrap: Unwrap,
  rules: ExpandRules,
): Promise<ReadRecords> {
  const expander = new ValueExpander(rules);
  const unwrappedOf = new Map<RecordChunk, UnwrappedSlices>();
  const originOf = (element: RecordChunk, at: number): RecordOrigin => {
    const { chunk, index, failure } = expander.originOf(element, at);
    const unwrapped = unwrappedOf.get(chunk);
    return {
      chunk: unwrapped?.originOf(chunk) ?? chunk,
      index,
      failure: unwrapped?.failureOf(chunk, index) ?? failure,
    };
  };
  const turns = new Turns();
  for (const slice of slices) {
    const unwrapped = await unwrap([slice]);
    for (const each of unwrapped.slices) {
      unwrappedOf.set(each.chunk, unwrapped);
      const stop = await inTurns(expander.add(each), turns);
      if (stop === each.end) continue;
      const earlyEnd = { offset: offsetOf(slice.chunk, stop), reason: 'rows' } as const;
      return { slices: expander.slices, originOf, earlyEnd };
    }
  }
  return { slices: expander.slices, originOf };
}

/** Runs work that yields the bytes of its pieces. */
async function inTurns<Result>(work: Generator<number, Result>, turns: Turns): Promise<Result> {
  for (;;) {
    const piece = work.next();
    if (piece.done === true) return piece.value;
    if (turns.areDueAfter(piece.value)) await turns.next();
  }
}

function offsetOf(chunk: RecordChunk, index: number): bigint {
  return chunk.from + BigInt(chunk.offsetDeltas[index] ?? 0);
}
