import type { FieldId, FieldIds } from '../../consumer/ports/columnar-table.ts';
import type { RowRange } from '../../consumer/ports/parquet-rewriter.ts';
import { quoteName, quoteText } from '../../report/query-engine.ts';
import { unreachable } from '../../runtime/errors.ts';
import type { Column, ColumnType } from '../../schema/types/column-type.ts';
import type { AlikeFiles } from './source-files.ts';

/** Selects the table's columns from the files; a column that files lack is null there. */
export function selectRows(columns: readonly Column[], groups: readonly AlikeFiles[]): string {
  return groups
    .map(({ paths, names }) => {
      const cells = columns.map((column) => `${cellOf(column, names)} AS ${quoteName(column.name)}`);
      return `SELECT ${cells.join(', ')} FROM ${filesSql(paths)}`;
    })
    .join(' UNION ALL ');
}

/** Columns by which DuckDB tells where a row comes from. A table that has columns of these names can't be selected with numbers. */
export const reservedNames: readonly string[] = ['file_index', 'file_row_number'];

/** Selects columns from the files, and as `file_row_number` the number of each row in the order of all files. */
export function selectNumbered(
  columns: readonly Column[],
  { paths, names, numbers }: AlikeFiles,
  nameOf: (column: Column, index: number) => string,
): string {
  const cells = columns.map((column, index) => `${cellOf(column, names)} AS ${nameOf(column, index)}`);
  const starts = numbers.map(({ start }) => start).join(', ');
  const start = `CAST([${starts}] AS BIGINT[])[CAST(file_index AS BIGINT) + 1]`;
  return `SELECT ${[`${start} + file_row_number AS file_row_number`, ...cells].join(', ')} FROM ${filesSql(paths, ', file_row_number = true')}`;
}

/** Selects as `number` the numbers of the files' rows, without reading them. */
export function selectNumbers({ numbers }: Pick<AlikeFiles, 'numbers'>): string {
  const ranges = numbers.map(({ start, end }) => `{ a: ${start}, b: ${end} }`);
  return `SELECT unnest(range(file.a, file.b)) AS number FROM (SELECT unnest([${ranges.join(', ')}]) AS file)`;
}

function cellOf({ name, type }: Column, names: ReadonlySet<string>): string {
  return `CAST(${names.has(name) ? quoteName(name) : 'NULL'} AS ${duckdbType(type)})`;
}

/** Names of folders like event_date=… are no columns of the files. */
function filesSql(paths: readonly string[], options = ''): string {
  return `read_parquet([${paths.map(quoteText).join(', ')}], hive_partitioning = false${options})`;
}

/** The condition of rows in one of the ranges; it is null for a row without coordinates. */
export function isWithin(ranges: readonly RowRange[]): string {
  const each = ranges.map(({ topic, partition, from, to }) => {
    const ofTopic = topic === undefined ? '' : ` AND kafka_topic = ${quoteText(topic)}`;
    return `(kafka_partition = ${partition} AND kafka_offset >= ${from} AND kafka_offset < ${to}${ofTopic})`;
  });
  return each.length === 0 ? 'false' : each.join(' OR ');
}

/** The condition that a row holds a negative zero somewhere; `undefined` for a table without fractions. */
export function holdsNegativeZero(columns: readonly Column[]): string | undefined {
  const each = columns.flatMap(({ name, type }) => negativeZeroIn(type, quoteName(name), 0) ?? []);
  return each.length === 0 ? undefined : each.join(' OR ');
}

function negativeZeroIn(type: ColumnType, value: string, depth: number): string | undefined {
  switch (type.kind) {
    case 'double':
    case 'float':
      return `coalesce(${value} = 0 AND signbit(${value}), false)`;
    case 'struct': {
      const each = type.fields.flatMap(
        (field) => negativeZeroIn(field.type, `${value}.${quoteName(field.name)}`, depth) ?? [],
      );
      return each.length === 0 ? undefined : `(${each.join(' OR ')})`;
    }
    case 'array':
      return negativeZeroInList(type.element, value, depth);
    case 'map':
      return negativeZeroInList(type.value, `map_values(${value})`, depth);
    default:
      return undefined;
  }
}

function negativeZeroInList(element: ColumnType, list: string, depth: number): string | undefined {
  const inner = negativeZeroIn(element, `e${depth}`, depth + 1);
  return inner && `coalesce(len(list_filter(${list}, lambda e${depth}: ${inner})) > 0, false)`;
}

/** Writes field ids as DuckDB's COPY takes them. */
export function fieldIdsSql(ids: FieldIds): string {
  return `{${[...ids].map(([name, id]) => `${quoteName(name)}: ${fieldIdSql(id)}`).join(', ')}}`;
}

function fieldIdSql({ id, fields }: FieldId): string {
  if (fields === undefined) return String(id);
  const inner = [...fields].map(([name, each]) => `, ${quoteName(name)}: ${fieldIdSql(each)}`);
  return `{__duckdb_field_id: ${id}${inner.join('')}}`;
}

/** Gives DuckDB's type whose Parquet form is the one that our encoder writes. */
export function duckdbType(type: ColumnType): string {
  switch (type.kind) {
    case 'array':
      return `${duckdbType(type.element)}[]`;
    case 'map':
      return `MAP(VARCHAR, ${duckdbType(type.value)})`;
    case 'struct':
      return `STRUCT(${type.fields.map(({ name, type: of }) => `${quoteName(name)} ${duckdbType(of)}`).join(', ')})`;
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'boolean':
      return 'BOOLEAN';
    case 'double':
      return 'DOUBLE';
    case 'float':
      return 'FLOAT';
    case 'bigint':
      return 'BIGINT';
    case 'int':
    case 'smallint':
    case 'tinyint':
      return 'INTEGER';
    case 'string':
      return 'VARCHAR';
    case 'binary':
      return 'BLOB';
    case 'timestamp':
      return 'TIMESTAMPTZ';
    case 'date':
      return 'DATE';
    default:
      return unreachable(type);
  }
}

/** True for a type with fractions in it, whose plain values DuckDB writes by BYTE_STREAM_SPLIT where it may. */
export function hasFractions(type: ColumnType): boolean {
  switch (type.kind) {
    case 'double':
    case 'float':
      return true;
    case 'array':
      return hasFractions(type.element);
    case 'map':
      return hasFractions(type.value);
    case 'struct':
      return type.fields.some((field) => hasFractions(field.type));
    default:
      return false;
  }
}
