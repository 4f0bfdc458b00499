import { mergeTypes } from '../merge/merge-types.ts';
import type { Observed } from '../infer/observe.ts';
import { digitsName, jsonName, siblingName } from '../names/sibling.ts';
import { isLight, weightOf } from '../types/type-weight.ts';
import type { Column, ColumnType } from '../types/column-type.ts';
import type { WideningRules } from '../merge/wider-type.ts';

/** A column that a batch brings: all its values of one field with one form and type. */
export interface ObservedColumn {
  /** The field's column name. */
  readonly name: string;
  readonly observed: Observed;
  /** Number of values. */
  readonly count: number;
}

/**
 * How a table may grow. `all`: new columns, fields of structs, and sibling columns for values of another type; `new-names`: columns
 * and fields whose names are new, no siblings; `none`: not at all.
 */
export type Growth = 'all' | 'new-names' | 'none';

export interface EvolutionRules extends WideningRules {
  /** Most columns of the table: beyond it none is added, and values without a column are rescued. */
  readonly columnsMax: number;
  readonly growth: Growth;
  /** Types of columns that don't exist yet, by name. */
  readonly hints: ReadonlyMap<string, ColumnType>;
}

export interface Evolution {
  readonly added: readonly Column[];
  /** Struct columns, or arrays of them, that got fields; numbers that became wider. */
  readonly replaced: readonly Column[];
  /** The table's column for each observed column, in order; `undefined`: its values are rescued. */
  readonly targets: readonly (string | undefined)[];
}

const string: ColumnType = { kind: 'string' };

/** Decides where each observed column goes and how the table must grow for it. Never removes a column, and retypes none but
 * to a wider number. */
export function planEvolution(
  table: readonly Column[],
  observed: readonly ObservedColumn[],
  rules: EvolutionRules,
): Evolution {
  const columns = new Map(table.map(({ name, type }) => [name, type]));
  const added = new Set<string>();
  const replaced = new Set<string>();

  /** Lets the column take in values of the type, as far as the table may grow for them; answers with false when it can't. */
  const take = (name: string, type: ColumnType, isSibling: boolean): boolean => {
    const present = columns.get(name);
    if (present === undefined) {
      if (rules.growth === 'none' || (isSibling && rules.growth === 'new-names')) return false;
      if (columns.size >= rules.columnsMax || name.length > 255) return false;
      const made = rules.hints.get(name) ?? type;
      const holds = absorb(made, type, rules);
      if (holds === undefined) return false;
      columns.set(name, holds);
      added.add(name);
      return true;
    }
    const merged = absorb(present, type, rules);
    if (merged === undefined) return false;
    if (merged === present) return true;
    if (rules.growth === 'none') return true;
    columns.set(name, merged);
    if (!added.has(name)) replaced.add(name);
    return true;
  };

  const targets: (string | undefined)[] = observed.map(() => undefined);
  for (const index of byPrecedence(observed)) {
    const column = observed[index];
    if (column !== undefined)
      targets[index] = candidateColumns(column, columns).find(([name, type]) =>
        take(name, type, name !== column.name),
      )?.[0];
  }
  const columnOf = (name: string): Column => ({ name, type: columns.get(name) ?? string });
  // a new column stands where its field first came
  const inOrder = [...added].toSorted((a, b) => targets.indexOf(a) - targets.indexOf(b));
  return { added: inOrder.map(columnOf), replaced: [...replaced].map(columnOf), targets };
}

/** Sorts so that the most frequent type gets the field's own name, and empty values come after the others. */
function byPrecedence(observed: readonly ObservedColumn[]): number[] {
  const rank = ({ observed: { form } }: ObservedColumn): number => (form === 'plain' ? 0 : 1);
  return observed
    .map((column, index) => ({ column, index }))
    .toSorted(
      (a, b) =>
        rank(a.column) - rank(b.column) ||
        isInteger(a.column) - isInteger(b.column) ||
        b.column.count - a.column.count ||
        a.index - b.index,
    )
    .map(({ index }) => index);
}

/** Integers come after fractions, so that a column with both becomes a double. */
function isInteger({ observed }: ObservedColumn): number {
  return observed.form === 'plain' && observed.type.kind === 'bigint' ? 1 : 0;
}

/** Gives the columns that may hold the observed values, best first: each by its name, with the type that it has to take in. */
function candidateColumns(
  { name, observed }: ObservedColumn,
  columns: ReadonlyMap<string, ColumnType>,
): [string, ColumnType][] {
  switch (observed.form) {
    case 'plain': {
      const candidates: [string, ColumnType][] = [
        [name, observed.type],
        [siblingName(name, observed.type), observed.type],
      ];
      return isKeptAsJson(name, observed.type, columns) ? [[jsonName(name), string], ...candidates] : candidates;
    }
    case 'json':
      return [[jsonName(name), string]];
    case 'exact':
      return [[digitsName(name), string]];
    case 'empty-array':
    case 'empty-struct': {
      const type = columns.get(name);
      const isOfKind =
        observed.form === 'empty-array' ? type?.kind === 'array' : type?.kind === 'struct' || type?.kind === 'map';
      if (type !== undefined && isOfKind) return [[name, type]];
      return observed.form === 'empty-struct' && isKeptAsJson(name, { kind: 'struct', fields: [] }, columns)
        ? [[jsonName(name), string]]
        : [];
    }
  }
}

/**
 * Tells whether a field's objects are JSON text rather than a struct: there is none yet, and one batch alone has more keys than a struct
 * has room for, or had so before.
 */
function isKeptAsJson(name: string, type: ColumnType, columns: ReadonlyMap<string, ColumnType>): boolean {
  if (type.kind !== 'struct' || columns.has(name)) return false;
  return columns.get(jsonName(name))?.kind === 'string' || isMapLike(type);
}

/** Structs of fewer fields are no maps, however large their fields are. */
const mapFieldsMin = 100;

/** Tells whether a struct has as many fields as an object whose keys are data, and no room for another one of their size. It stays so when it grows. */
export function isMapLike(type: Extract<ColumnType, { kind: 'struct' }>): boolean {
  const { leaves, characters } = weightOf(type);
  const withAnother = 1 + 1 / type.fields.length;
  return (
    type.fields.length >= mapFieldsMin &&
    !isLight({ leaves: leaves * withAnother, characters: characters * withAnother })
  );
}

/** Widens the column's type to hold values of `type` too; `undefined` when it can't. */
function absorb(column: ColumnType, type: ColumnType, rules: WideningRules): ColumnType | undefined {
  // integers that are observed apart are all exact as doubles
  if (column.kind === 'double' && type.kind === 'bigint') return column;
  return mergeTypes(column, type, rules);
}
