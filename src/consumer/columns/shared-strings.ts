import type { ValueStore } from './decoded-column.ts';

/** Longer strings are taken for distinct: they hardly repeat. */
const sharedBytesMax = 256;
/** After so many strings it is decided whether it pays to look for those that repeat. */
const trialStrings = 4096;
/** It does not when more of them are distinct. */
const distinctMax = trialStrings - trialStrings / 16;

/** Makes a column's store of strings that lie one behind the other and end at `stringEnds`: those that repeat are one. */
export function sharedStrings(bytes: Buffer, stringEnds: Int32Array): ValueStore {
  const ids = new Int32Array(stringEnds.length);
  const shared = new Map<string, number>();
  const starts: number[] = [];
  const ends: number[] = [];
  let looks = true;
  for (const [index, end] of stringEnds.entries()) {
    const start = index === 0 ? 0 : (stringEnds[index - 1] ?? 0);
    if (index === trialStrings) looks = starts.length <= distinctMax;
    const key = looks && end - start <= sharedBytesMax ? bytes.toString('latin1', start, end) : undefined;
    const present = key === undefined ? undefined : shared.get(key);
    ids[index] = present ?? starts.length;
    if (present !== undefined) continue;
    if (key !== undefined) shared.set(key, starts.length);
    starts.push(start);
    ends.push(end);
  }
  const dictionary = { count: starts.length, bytes, starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
  return { kind: 'strings', ids, dictionary };
}
