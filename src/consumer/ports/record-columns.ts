import type { Column, ColumnType } from '../../schema/types/column-type.ts';

/** What of a Kafka record can become columns beside its partition, offset and timestamp. */
export const recordParts = ['topic', 'key', 'headers'] as const;

export type RecordPart = (typeof recordParts)[number];

const string: ColumnType = { kind: 'string' };

/** The columns of each part. By its comment the catalog knows a column from one that holds a field of records with that name. */
export const columnsOfPart: Readonly<Record<RecordPart, readonly Column[]>> = {
  topic: [{ name: 'kafka_topic', type: string, comment: 'the topic' }],
  key: [
    { name: 'kafka_key', type: string, comment: 'the key, when it is UTF-8' },
    { name: 'kafka_key_base64', type: string, comment: 'the key, when it is not' },
  ],
  headers: [{ name: 'kafka_headers', type: string, comment: 'a JSON object' }],
};

export function recordPartColumns(parts: readonly RecordPart[] | undefined): Column[] {
  return (parts ?? []).flatMap((part) => columnsOfPart[part]);
}

/** Numbers the rows of one offset from 0, where a value may hold several. */
export const indexColumn: Column = {
  name: 'kafka_index',
  type: { kind: 'int' },
  comment: 'numbers the rows of one offset from 0',
};
