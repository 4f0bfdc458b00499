import { cutLength } from '../../../schema/names/column-name.ts';
import { basesOf } from '../../../schema/names/sibling.ts';
import type { Column } from '../../../schema/types/column-type.ts';

/** Tells of column names whether their fields' values may have a place in a table that gets no more columns: one of that name, or a sibling. */
export function possibleNames(table: readonly Column[]): (name: string) => boolean {
  const names = new Set(table.flatMap(({ name }) => [name, ...basesOf(name)]));
  // the name of a sibling may have been cut where this one still goes on, or ends
  return (name) => names.has(name) || name.length >= cutLength;
}
