import { formatType, parseType } from '../../../schema/types/hive-ddl.ts';
import type { Column, ColumnType } from '../../../schema/types/column-type.ts';
import { widerType, type WideningRules } from '../../../schema/merge/wider-type.ts';
import type { Finding } from '../findings/finding.ts';

/** Hive types that read the same values of a file. */
const integers = new Set(['int', 'smallint', 'tinyint']);

/** Columns of files by name, in the order met, each with a file that has it. */
export type FileColumns = Map<string, { readonly column: Column; readonly key: string }[]>;

/** Notes the columns of a file; of a name with several types each is kept. */
export function noteColumns(files: FileColumns, key: string, columns: readonly Column[]): void {
  for (const column of columns) {
    const known = files.get(column.name) ?? [];
    if (known.length === 0) files.set(column.name, known);
    if (known.length < typesMax && !known.some((each) => canRead(each.column.type, column.type)))
      known.push({ column, key });
  }
}

/** Types of one column that are told apart: files of one table have one, or a struct that grew. */
const typesMax = 20;

/**
 * Checks that the catalog's table reads what its files hold: every column, with a type that fits; `rules`: types that readers of the table
 * widen.
 */
export function auditColumns(
  table: string,
  columns: readonly Column[],
  files: FileColumns,
  rules: WideningRules = {},
): Finding[] {
  const known = new Map(columns.map(({ name, type }) => [name, type]));
  return [...files].flatMap(([name, found]) =>
    found
      .flatMap(({ column, key }) => {
        const type = known.get(name);
        if (type !== undefined && canRead(type, column.type, rules)) return [];
        return [type === undefined ? missing(table, column, key) : retyped(table, { column, key, type })];
      })
      .slice(0, 1),
  );
}

/** Finds a nested column of a partition's files that the partition knows with fewer fields: what is new in it is read as null there. */
export function unreadColumn(
  nested: FileColumns,
  types: ReadonlyMap<string, string>,
): { readonly present: string; readonly column: Column; readonly key: string } | undefined {
  for (const [name, found] of nested) {
    const present = types.get(name);
    const unread = present && found.find(({ column }) => !canReadAs(present, column.type));
    if (unread) return { ...unread, present };
  }
  return undefined;
}

/** True when a type of the catalog, as it is written there, reads all of a file's column; none that we don't know does. */
function canReadAs(present: string, file: ColumnType): boolean {
  try {
    return canRead(parseType(present), file);
  } catch {
    return false;
  }
}

function missing(table: string, { name, type }: Column, key: string): Finding {
  return {
    problem: 'column-missing',
    where: `${table}.${name}`,
    what: `is not in the catalog; ${key} has it as ${formatType(type)}`,
    action: 'glueless verify --repair adds it',
  };
}

function retyped(
  table: string,
  { column, key, type }: { readonly column: Column; readonly key: string; readonly type: ColumnType },
): Finding {
  const held = formatType(column.type);
  return {
    problem: 'column-type',
    where: `${table}.${column.name}`,
    what: `is ${formatType(type)} in the catalog; ${key} has it as ${held}`,
    action: `change the column's type back to ${held} in the catalog: files keep what they were written with`,
  };
}

/** True when a column of type `table` reads all that a file's column of type `file` holds. */
function canRead(table: ColumnType, file: ColumnType, rules: WideningRules = {}): boolean {
  if (table.kind === 'struct' && file.kind === 'struct') {
    const fields = new Map(table.fields.map(({ name, type }) => [name.toLowerCase(), type]));
    return file.fields.every(({ name, type }) => {
      const field = fields.get(name.toLowerCase());
      return field !== undefined && canRead(field, type, rules);
    });
  }
  if (table.kind === 'array' && file.kind === 'array') return canRead(table.element, file.element, rules);
  if (table.kind === 'map' && file.kind === 'map') return canRead(table.value, file.value, rules);
  if (file.kind === 'int' && integers.has(table.kind)) return true;
  return formatType(table) === formatType(file) || widerType(file, rules)?.kind === table.kind;
}
