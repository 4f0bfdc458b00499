import type { Column, ColumnType } from '../../../schema/types/column-type.ts';

const string: ColumnType = { kind: 'string' };

/** `<table>_dead_letters`: what could not become a row, whole, with its coordinates and the reason. */
export const deadLetterColumns: readonly Column[] = [
  { name: 'kafka_topic', type: string },
  { name: 'kafka_partition', type: { kind: 'int' } },
  { name: 'kafka_offset', type: { kind: 'bigint' } },
  { name: 'kafka_timestamp', type: { kind: 'timestamp' } },
  { name: 'stage', type: string },
  { name: 'reason', type: string },
  { name: 'detail', type: string },
  { name: 'value_text', type: string, comment: 'the value, when it is UTF-8' },
  { name: 'value_base64', type: string, comment: 'the value, when it is not' },
  { name: 'key_text', type: string },
  { name: 'key_base64', type: string },
  { name: 'headers', type: string, comment: 'a JSON object' },
];

export const deadLetterKeys: readonly Column[] = [{ name: 'dl_date', type: string }];

export function deadLetterTable(table: string): string {
  return `${table}_dead_letters`;
}
