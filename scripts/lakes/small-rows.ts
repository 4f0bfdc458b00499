import type { ColumnarTable, TableColumn } from '../../src/consumer/ports/columnar-table.ts';
import type { Column, Field } from '../../src/schema/types/column-type.ts';

/**
 * What the rows of the small files are: `ward` nine columns; `wide` so many columns, half strings, half numbers; `grown` the same, of which each file knows
 * some more than the one before; `nested` structs of ten fields each; `nested-grown` such structs that grow, a field at a time.
 */
export const shapes = ['ward', 'wide', 'grown', 'nested', 'nested-grown'] as const;
export type Shape = (typeof shapes)[number];

export interface RowsForm {
  readonly shape: Shape;
  /** Leaves of the table, beside the time and the coordinates. */
  readonly width: number;
  readonly files: number;
  readonly hourStartMs: number;
}

/** Rows of one file. */
export interface FileRows {
  readonly file: number;
  readonly partition: number;
  readonly from: bigint;
  readonly count: number;
}

const string = { kind: 'string' } as const;
const double = { kind: 'double' } as const;
const fieldsOfStruct = 10;

const wardStrings = ['deviceid', 'patientid', 'ward', 'firmware'];
const wardNumbers = ['temperature', 'humidity', 'battery', 'signal'];

/** The columns that files up to `file` have brought. */
export function columnsUpTo(file: number, form: RowsForm): Column[] {
  return [
    { name: 'eventtime', type: { kind: 'timestamp' } },
    ...measured(file, form),
    { name: 'kafka_partition', type: { kind: 'int' } },
    { name: 'kafka_offset', type: { kind: 'bigint' } },
  ];
}

/** Rows of the file, with the columns that it knows. */
export function rowsOf({ file, partition, from, count }: FileRows, form: RowsForm): ColumnarTable {
  const offsets = BigInt64Array.from({ length: count }, (_, row) => from + BigInt(row));
  const spread = (row: number, by: number): number => (Number(from) + row) * by + partition * 7919;
  const times = Float64Array.from({ length: count }, (_, row) => form.hourStartMs + (spread(row, 104_729) % 3_600_000));
  return {
    rowCount: count,
    columns: [
      { name: 'eventtime', type: { kind: 'timestamp' }, data: { kind: 'timestamp', values: times } },
      ...measured(file, form).map((column, at) => columnOf(column, { at, spread, count })),
      {
        name: 'kafka_partition',
        type: { kind: 'int' },
        data: { kind: 'int', values: new Int32Array(count).fill(partition) },
      },
      { name: 'kafka_offset', type: { kind: 'bigint' }, data: { kind: 'bigint', values: offsets } },
    ],
  };
}

function measured(file: number, { shape, width, files }: RowsForm): Column[] {
  const known = Math.max(1, Math.round((width * (file + 1)) / files));
  switch (shape) {
    case 'ward':
      return [
        ...wardStrings.map((name) => ({ name, type: string })),
        ...wardNumbers.map((name) => ({ name, type: double })),
      ];
    case 'wide':
      return fieldsOf(width, 'f');
    case 'grown':
      return fieldsOf(known, 'f');
    case 'nested':
      return structsOf(width, width);
    case 'nested-grown':
      return structsOf(width, known);
  }
}

function fieldsOf(count: number, prefix: string): Field[] {
  return Array.from({ length: count }, (_, at) => ({ name: `${prefix}${at}`, type: at % 2 === 0 ? double : string }));
}

/** As many structs as hold the width, of which each has its share of the known fields. */
function structsOf(width: number, known: number): Column[] {
  const structs = Math.ceil(width / fieldsOfStruct);
  const fields = Math.max(1, Math.round((fieldsOfStruct * known) / width));
  return Array.from({ length: structs }, (_, at) => ({
    name: `s${at}`,
    type: { kind: 'struct', fields: fieldsOf(fields, 'f') },
  }));
}

interface Spread {
  readonly at: number;
  readonly count: number;
  readonly spread: (row: number, by: number) => number;
}

function columnOf({ name, type }: Column, { at, count, spread }: Spread): TableColumn {
  const textAt = (row: number, by: number): string => `${name}-${spread(row, 31 + by) % 5000}`;
  const numberAt = (row: number, by: number): number => 36 + (spread(row, 7907 + by) % 9973) / 100;
  if (type.kind === 'double') {
    const values = Float64Array.from({ length: count }, (_, row) => numberAt(row, at));
    return { name, type, data: { kind: 'double', values } };
  }
  if (type.kind === 'string') return { name, type, data: { kind: 'values', valueAt: (row) => textAt(row, at) } };
  if (type.kind !== 'struct') throw new TypeError(`rows have no ${type.kind}`);
  const valueAt = (row: number): unknown =>
    Object.fromEntries(
      type.fields.map((field, by) => [
        field.name,
        field.type.kind === 'double' ? numberAt(row, at + by) : textAt(row, at + by),
      ]),
    );
  return { name, type, data: { kind: 'values', valueAt } };
}
