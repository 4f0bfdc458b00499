import type { FieldId, FieldIds } from '../../consumer/ports/columnar-table.ts';
import type { FileStatistics, LeafStatistics, ParquetReader, ParquetSource } from '../../consumer/ports/parquet.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { weightOf } from '../../schema/types/type-weight.ts';
import type { Column, ColumnType, Field } from '../../schema/types/column-type.ts';

/** A source's columns as they will be read. */
export interface SourceFacts {
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Packed bytes of its columns, by their names. */
  readonly packedBytes: ReadonlyMap<string, number>;
  /** Names of columns that may hold a zero, by their bounds. */
  readonly zeroColumns: ReadonlySet<string>;
}

/** What the rows must become. */
export interface RewriteTarget {
  readonly columns: readonly Column[];
  readonly fieldIds?: FieldIds | undefined;
  /** Nothing that the source has may be left out. */
  readonly keepsAll?: true;
}

/**
 * Reads a source's footer. Rejects with TABLE_MISMATCH when its columns are not the table's by name: renamed or made anew since, or of
 * types that do not fit into the table's.
 */
export async function examineSource(
  { key, source }: { readonly key: string; readonly source: ParquetSource },
  { columns, fieldIds, keepsAll }: RewriteTarget,
  parquet: ParquetReader,
): Promise<SourceFacts> {
  const { columns: found, statistics } = await parquet.footer(source);
  const types = new Map(found.map(({ name, type }) => [name, type]));
  const leaves = Map.groupBy(statistics.leaves, ({ path: [name = ''] }) => name);
  for (const { name, type } of columns) {
    const own = types.get(name);
    const count = leaves.get(name)?.length ?? 0;
    if (own === undefined && count === 0) continue;
    if (own === undefined || weightOf(own).leaves !== count || !fits(own, type))
      throw mismatch(key, `its column ${name} has another type than the table`);
  }
  if (keepsAll === true) checkNothingMore(key, { found, statistics }, columns);
  if (fieldIds !== undefined) checkIds(key, statistics, leafIds(columns, fieldIds));
  const known = new Set(columns.map(({ name }) => name));
  return {
    columns: found.filter(({ name }) => known.has(name)),
    rows: statistics.rowCount,
    packedBytes: new Map(
      [...leaves].map(([name, own]) => [name, own.reduce((sum, leaf) => sum + leaf.packedBytes, 0)]),
    ),
    zeroColumns: new Set(statistics.leaves.filter(mayHoldZero).map(({ path: [name = ''] }) => name)),
  };
}

/** False where the bounds of a leaf tell that none of its values is zero. */
function mayHoldZero({ bounds, nulls, values }: LeafStatistics): boolean {
  if (bounds === undefined) return nulls !== values;
  return !(Number(bounds.min) > 0 || Number(bounds.max) < 0);
}

/** Throws TABLE_MISMATCH when the source has a column, or a field in one, that the table lacks. */
function checkNothingMore(
  key: string,
  { found, statistics }: { readonly found: readonly Column[]; readonly statistics: FileStatistics },
  columns: readonly Column[],
): void {
  const wanted = new Map(columns.map(({ name, type }) => [name, type]));
  const more = statistics.leaves.find(({ path: [name = ''] }) => !wanted.has(name))?.path[0];
  const grown = found.find(({ name, type }) => holdsMore(type, wanted.get(name) ?? type))?.name;
  if (more !== undefined) throw mismatch(key, `the table lacks its column ${more}`);
  if (grown !== undefined) throw mismatch(key, `its column ${grown} has fields that the table lacks`);
}

/** True when the file's type has a field that the table's has not. */
function holdsMore(own: ColumnType, wanted: ColumnType): boolean {
  const types = new Map((innerOf(wanted) ?? []).map(([name, type]) => [name, type]));
  return (innerOf(own) ?? []).some(([name, type]) => holdsMore(type, types.get(name) ?? type) || !types.has(name));
}

/** Ids stay with a field whatever becomes of its name: names are what the rows are read by. */
function checkIds(key: string, { leaves }: FileStatistics, ids: ReadonlyMap<string, number>): void {
  const byId = new Map([...ids].map(([path, id]) => [id, path]));
  for (const { path, fieldId } of leaves) {
    if (fieldId === undefined) continue;
    const name = path.join('.');
    if ((byId.get(fieldId) ?? name) !== name || (ids.get(name) ?? fieldId) !== fieldId)
      throw mismatch(key, `its column ${name} was renamed, or dropped and made anew, since it was written`);
  }
}

/** Gives the ids of a table's leaves by their paths in a file. */
export function leafIds(columns: readonly Field[], ids: FieldIds): Map<string, number> {
  return new Map(
    columns.flatMap(({ name, type }) => {
      const id = ids.get(name);
      return id === undefined ? [] : leafIdsOf(type, id, [name]);
    }),
  );
}

function leafIdsOf(type: ColumnType, { id, fields = new Map() }: FieldId, path: readonly string[]): [string, number][] {
  return (
    innerOf(type)?.flatMap(([field, inner, folders]) => {
      const own = fields.get(field);
      return own === undefined ? [] : leafIdsOf(inner, own, [...path, ...folders, field]);
    }) ?? [[path.join('.'), id]]
  );
}

/** The fields in a type with what stands between them in a file's schema; `undefined` for a leaf. */
function innerOf(type: ColumnType): [name: string, type: ColumnType, folders: string[]][] | undefined {
  switch (type.kind) {
    case 'struct':
      return type.fields.map(({ name, type: of }) => [name, of, []]);
    case 'array':
      return [['element', type.element, ['list']]];
    case 'map':
      return [
        ['key', { kind: 'string' }, ['key_value']],
        ['value', type.value, ['key_value']],
      ];
    default:
      return undefined;
  }
}

const widerKinds: Readonly<Record<string, readonly string[]>> = {
  int: ['smallint', 'tinyint', 'bigint'],
  float: ['double'],
};

/** True when every value of the file's type is one of the table's. */
function fits(own: ColumnType, wanted: ColumnType): boolean {
  if (own.kind === 'struct' && wanted.kind === 'struct') return fitsStruct(own.fields, wanted.fields);
  if (own.kind === 'array' && wanted.kind === 'array') return fits(own.element, wanted.element);
  if (own.kind === 'map' && wanted.kind === 'map') return fits(own.value, wanted.value);
  if (own.kind === 'decimal' && wanted.kind === 'decimal')
    return own.scale === wanted.scale && own.precision <= wanted.precision;
  return own.kind === wanted.kind || (widerKinds[own.kind]?.includes(wanted.kind) ?? false);
}

/** Structs only gain fields; DuckDB casts them by name where one is in both. */
function fitsStruct(own: readonly Field[], wanted: readonly Field[]): boolean {
  const types = new Map(wanted.map(({ name, type }) => [name, type]));
  const common = own.flatMap((field) => {
    const type = types.get(field.name);
    return type === undefined ? [] : [fits(field.type, type)];
  });
  return common.length > 0 && common.every(Boolean);
}

function mismatch(key: string, why: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `${key} is left as it is: ${why}`,
    retryable: false,
    details: { key },
    hint: 'write it anew by the engine that changed it or the table’s columns (OPTIMIZE, rewrite_data_files)',
  });
}
