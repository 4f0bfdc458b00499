import type { Range } from '../../schema/written-json.ts';
import type { JsonValues } from '../ports/json-values.ts';
import type { MemberPointers } from './member-pointers.ts';

/** A value, with its JSON Pointer, from which members were left out. */
export interface ValueWithout {
  /** Its index among the values. */
  readonly index: number;
  readonly path: string;
  /** Where the members begin and end in its source, two numbers for each. */
  readonly members: Int32Array;
}

/** Rescues the JSON value in the range of bytes. */
export type RescueJson = (pointer: string, bytes: Buffer, range: Range) => void;

/** Rescues members that were left out of a value. Answers with false, and rescues none, when their order must be found out. */
export function rescueLeftOut(
  values: JsonValues,
  { index, path, members }: ValueWithout,
  { pointers, rescue }: { readonly pointers: MemberPointers; readonly rescue: RescueJson },
): boolean {
  const source = values.sourceAt(index);
  const found = source && pointers.within(source, values.startAt(index), { path, members });
  if (source === undefined || found === undefined) return false;
  for (const [member, pointer] of found.entries())
    rescue(pointer, source, { start: members[member * 2] ?? 0, end: members[member * 2 + 1] ?? 0 });
  return true;
}
