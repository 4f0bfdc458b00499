import { trialValues } from '../../../kernel/kinds.ts';
import type { ValueStore } from '../builders/decoded-column.ts';
import { doRepeat } from '../builders/string-trial.ts';

/** Longer strings are taken for distinct: they hardly repeat. */
const sharedBytesMax = 256;

/** Strings by where they begin and end in the bytes. */
export interface StringRanges {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Makes a column's store of strings: those that repeat are one. */
export function sharedStrings({ bytes, starts, ends }: StringRanges): ValueStore {
  const ids = new Int32Array(starts.length);
  const shared = new Map<string, number>();
  let count = 0;
  let looks = true;
  const [distinctStarts, distinctEnds] = [new Int32Array(starts.length), new Int32Array(starts.length)];
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] ?? 0;
    const end = ends[index] ?? 0;
    if (index === trialValues) looks = doRepeat(count, index);
    const key = looks && end - start <= sharedBytesMax ? bytes.toString('latin1', start, end) : undefined;
    const present = key === undefined ? undefined : shared.get(key);
    ids[index] = present ?? count;
    if (present !== undefined) continue;
    if (key !== undefined) shared.set(key, count);
    distinctStarts[count] = start;
    distinctEnds[count++] = end;
  }
  const dictionary = { count, bytes, starts: distinctStarts.subarray(0, count), ends: distinctEnds.subarray(0, count) };
  return { kind: 'strings', ids, dictionary };
}

/** Where strings begin that lie one behind the other, by where they end. */
export function startsOf(ends: Int32Array): Int32Array {
  const starts = new Int32Array(ends.length);
  starts.set(ends.subarray(0, -1), ends.length === 0 ? 0 : 1);
  return starts;
}
