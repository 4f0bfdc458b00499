import type { Column } from '../../../schema/types/column-type.ts';
import type { DecodedBatch } from '../../columns/decode-batch.ts';
import { columnsOfPart, indexColumn, recordPartColumns, recordParts } from '../../ports/record-columns.ts';

/** Stands in the catalog as the comment of columns that this batch brought: they hold fields of records. */
export function originOf({ partition, from, offsetDeltas }: DecodedBatch): string {
  return `first in partition ${partition}, offsets from ${from + BigInt(offsetDeltas[0] ?? 0)}`;
}

const origin = /^first in partition \d+, offsets from \d+$/;

/** Columns that a table may have or not have, whatever its records hold, by their names. */
const optional = new Map([...recordPartColumns(recordParts), indexColumn].map((own) => [own.name, own]));

/** Those that versions before decoder 9 made without a comment, which each column of a field had even then. */
const onceUncommented: ReadonlySet<string> = new Set([indexColumn, ...columnsOfPart.topic].map(({ name }) => name));

/** False where a column of one of these names has another type, or holds a field of records by its comment. */
export function canHold(columns: readonly Column[], wanted: readonly Column[]): boolean {
  return wanted.every((own) => columns.every((column) => column.name !== own.name || mayBe(column, own)));
}

/** True where rows of a file with these columns may say their number within their offset. */
export function numbersRows(columns: readonly Column[]): boolean {
  return columns.some((column) => column.name === indexColumn.name) && canHold(columns, [indexColumn]);
}

/** True where the column may be this one of Kafka's: one without a comment says by its type alone what it is. */
export function mayBe({ type, comment = '' }: Column, own: Pick<Column, 'type'>): boolean {
  return type.kind === own.type.kind && !origin.test(comment);
}

/**
 * Names of the columns that hold Kafka's own by their comments: a field of records gets another name there, though the configuration does not
 * ask for these columns any more.
 */
export function kafkasColumns(columns: readonly Column[]): string[] {
  return columns.filter((column) => isKafkas(column)).map(({ name }) => name);
}

function isKafkas(column: Column): boolean {
  const { name, comment = '' } = column;
  const own = optional.get(name);
  if (own === undefined) return false;
  return comment === own.comment || (comment === '' && onceUncommented.has(name) && mayBe(column, own));
}
