import { isUtf8 } from 'node:buffer';
import type { RowGroup } from '../../schema/layout.ts';
import { groupRows } from '../../schema/layout.ts';
import type { Column, ColumnType } from '../../schema/types.ts';
import { DictionaryBuilder } from '../ports/dictionary-builder.ts';
import type { ColumnarTable, TableColumn } from '../ports/columnar-table.ts';
import type { Reject } from '../columns/decode-batch.ts';

const text: ColumnType = { kind: 'string' };

/** `<table>_dead_letters`: what could not become a row, whole, with its coordinates and the reason. */
export const deadLetterColumns: readonly Column[] = [
  { name: 'kafka_topic', type: text },
  { name: 'kafka_partition', type: { kind: 'int' } },
  { name: 'kafka_offset', type: { kind: 'bigint' } },
  { name: 'kafka_timestamp', type: { kind: 'timestamp' } },
  { name: 'stage', type: text },
  { name: 'reason', type: text },
  { name: 'detail', type: text },
  { name: 'value_text', type: text, comment: 'the value, when it is UTF-8' },
  { name: 'value_base64', type: text, comment: 'the value, when it is not' },
  { name: 'key_text', type: text },
  { name: 'key_base64', type: text },
  { name: 'headers', type: text, comment: 'a JSON object' },
];

export const deadLetterKeys: readonly Column[] = [{ name: 'dl_date', type: text }];

export function deadLetterTable(table: string): string {
  return `${table}_dead_letters`;
}

/** Dead letters by the day of their Kafka timestamp. */
export function groupRejects(rejects: readonly Reject[]): RowGroup[] {
  const times = Float64Array.from(rejects, ({ chunk, index }) => Math.max(0, chunk.timestamps[index] ?? 0));
  return groupRows(times, 'day');
}

export function assembleDeadLetters(rejects: readonly Reject[]): ColumnarTable {
  const texts: Record<string, (reject: Reject) => string | undefined> = {
    kafka_topic: ({ chunk }) => chunk.topic,
    stage: () => 'decode',
    reason: ({ reason }) => reason,
    detail: ({ detail }) => detail,
    value_text: (reject) => stringAt(valueOf(reject)),
    value_base64: (reject) => base64Of(valueOf(reject)),
    key_text: ({ chunk, index }) => stringAt(chunk.keyOf(index)),
    key_base64: ({ chunk, index }) => base64Of(chunk.keyOf(index)),
    headers: ({ chunk, index }) => chunk.headersOf(index),
  };
  const timestamps = rejects.map(({ chunk, index }) => chunk.timestamps[index] ?? -1);
  const numbers: Record<string, Pick<TableColumn, 'data' | 'validity'>> = {
    kafka_partition: { data: { kind: 'int', values: Int32Array.from(rejects, ({ chunk }) => chunk.partition) } },
    kafka_offset: {
      data: {
        kind: 'bigint',
        values: BigInt64Array.from(rejects, ({ chunk, index }) => chunk.from + BigInt(chunk.offsetDeltas[index] ?? 0)),
      },
    },
    kafka_timestamp: {
      data: { kind: 'timestamp', values: Float64Array.from(timestamps) },
      validity: Uint8Array.from(timestamps, (timestamp) => (timestamp < 0 ? 0 : 1)),
    },
  };
  const columns = deadLetterColumns.map(({ name, type }): TableColumn => {
    const read = texts[name];
    const cells = read === undefined ? numbers[name] : textColumn(rejects.map(read));
    if (cells === undefined) throw new RangeError(`no values for ${name}`);
    return { name, type, ...cells };
  });
  return { rowCount: rejects.length, columns };
}

function textColumn(values: readonly (string | undefined)[]): Pick<TableColumn, 'data' | 'validity'> {
  const dictionary = new DictionaryBuilder();
  const ids = Int32Array.from(values, (value) => dictionary.idOf(value ?? ''));
  return {
    data: { kind: 'string', ids, dictionary: dictionary.finish() },
    validity: Uint8Array.from(values, (value) => (value === undefined ? 0 : 1)),
  };
}

function valueOf({ chunk, index }: Reject): Buffer {
  return chunk.bytes.subarray(chunk.valueStarts[index], chunk.valueEnds[index]);
}

function stringAt(bytes: Buffer | undefined): string | undefined {
  return bytes !== undefined && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function base64Of(bytes: Buffer | undefined): string | undefined {
  return bytes === undefined || isUtf8(bytes) ? undefined : bytes.toString('base64');
}
