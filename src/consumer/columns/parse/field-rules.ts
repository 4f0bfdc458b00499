import { columnName, fieldKey, reservedSuffix } from '../../../schema/names/column-name.ts';

/**
 * Rules for which top-level fields of a record become columns, and under which names. They go by column names: a rule about
 * `patientId` is about `PatientId` and `patientid` too, which would become the same column. Fields are allowed or denied whatever their case,
 * also where names are so long that each spelling is a column of its own.
 */
export interface FieldRules {
  /** The only columns that are kept, all other fields are denied; `undefined` keeps all. */
  readonly allow: ReadonlySet<string> | undefined;
  readonly deny: ReadonlySet<string>;
  readonly rename: ReadonlyMap<string, string>;
}

export const allFields: FieldRules = { allow: undefined, deny: new Set(), rename: new Map() };

export interface FieldNames {
  readonly allow?: readonly string[] | undefined;
  readonly deny: readonly string[];
  /** Pairs of a field's name and the name it gets. */
  readonly rename: readonly (readonly [from: string, to: string])[];
}

/** Makes the rules from fields as somebody wrote them. */
export function fieldRules({ allow, deny, rename }: FieldNames): FieldRules {
  return {
    allow: allow && new Set(allow.flatMap(namesOf)),
    deny: new Set(deny.flatMap(namesOf)),
    rename: new Map(rename.map(([from, to]) => [columnName(from), to])),
  };
}

/**
 * Gives the column name of a field, `undefined` for one that is denied, by its own name or by the one it would get. `reserved`: names
 * that the table needs for itself.
 */
export function columnOfField(
  field: string,
  { allow, deny, rename }: FieldRules,
  reserved: ReadonlySet<string>,
): string | undefined {
  const column = columnName(field);
  if (lists(deny, field, column) || (allow !== undefined && !lists(allow, field, column))) return undefined;
  const chosen = rename.get(column);
  const name = chosen === undefined ? column : columnName(chosen);
  if (chosen !== undefined && lists(deny, chosen, name)) return undefined;
  return reserved.has(name) ? name + reservedSuffix : name;
}

function namesOf(field: string): string[] {
  return [columnName(field), fieldKey(field)];
}

function lists(names: ReadonlySet<string>, field: string, column: string): boolean {
  return names.has(column) || (names.size > 0 && names.has(fieldKey(field)));
}
