import { basesOf } from '../../schema/sibling.ts';
import type { Column } from '../../schema/types.ts';

/** Names of so many characters may have siblings whose names tell no more of them. */
const cutNameMin = 200;

/** Tells of column names whether their fields' values may have a place in a table that gets no more columns: one of that name, or a sibling. */
export function possibleNames(table: readonly Column[]): (name: string) => boolean {
  const names = new Set(table.flatMap(({ name }) => [name, ...basesOf(name)]));
  return (name) => names.has(name) || name.length >= cutNameMin;
}
