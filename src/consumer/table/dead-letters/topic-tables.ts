import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import { deadLetterTable } from './dead-letter-table.ts';

/** One of the two tables of a topic, and the objects that it holds. */
export interface TopicTable {
  readonly name: string;
  readonly kind: WrittenObject['kind'];
}

/** Gives the table of rows and that of dead letters. */
export function tablesOf(table: string): readonly TopicTable[] {
  return [
    { name: table, kind: 'rows' },
    { name: deadLetterTable(table), kind: 'dead-letters' },
  ];
}
