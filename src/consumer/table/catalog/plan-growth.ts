import {
  planEvolution,
  type Evolution,
  type EvolutionRules,
  type ObservedColumn,
} from '../../../schema/growth/evolution.ts';
import { rescuedColumn } from '../../../schema/names/column-name.ts';
import { isNested, type Column } from '../../../schema/types/column-type.ts';
import type { TableDefinition, TableGrowth } from '../../ports/lake.ts';

/** What a batch needs of the table. */
export interface GrowthWish {
  readonly observed: readonly ObservedColumn[];
  /** The table as it is made when it does not exist yet; columns of its own are added where they are missing. */
  readonly definition: TableDefinition;
  readonly rules: EvolutionRules;
  readonly mayRescue: boolean;
  /** Where the values came from, kept as the comment of new columns. */
  readonly origin?: string;
}

export interface PlannedGrowth {
  readonly evolution: Evolution;
  /** All columns to add: the data's, then those that the definition has of its own, then the one for rescued values. */
  readonly added: readonly Column[];
  readonly hasNews: boolean;
}

export const rescued: Column = {
  name: rescuedColumn,
  type: { kind: 'string' },
  comment: 'values that found no column: a JSON object, its keys are JSON Pointers',
};

/** Plans how a table with these columns grows for the batch. */
export function planGrowth(
  columns: readonly Column[],
  { observed, definition, rules, mayRescue, origin }: GrowthWish,
): PlannedGrowth {
  const names = new Set(columns.map(({ name }) => name));
  const own = new Set(definition.columns.map(({ name }) => name));
  const data = columns.filter(({ name }) => !own.has(name));
  const evolution = planEvolution(data, observed, rules);
  const mustRescue =
    mayRescue || evolution.targets.includes(undefined) || (rules.growth !== 'all' && hasNested(observed));
  const added = [
    ...(origin === undefined ? evolution.added : evolution.added.map((each) => ({ comment: origin, ...each }))),
    ...definition.columns.filter(({ name }) => !names.has(name)),
    ...(mustRescue && !names.has(rescuedColumn) ? [rescued] : []),
  ];
  return { evolution, added, hasNews: added.length + evolution.replaced.length > 0 };
}

/** Plans one change of the table for several batches: each as if the table had grown for those before it. */
export function sumOfGrowth(
  columns: readonly Column[],
  wishes: readonly GrowthWish[],
): Required<Pick<TableGrowth, 'addColumns' | 'replaceColumns'>> {
  const grown = new Map(columns.map((column) => [column.name, column]));
  const replaced = new Set<string>();
  for (const wish of wishes) {
    const { evolution, added } = planGrowth([...grown.values()], wish);
    for (const column of added) grown.set(column.name, column);
    for (const { name, type } of evolution.replaced) {
      grown.set(name, { ...grown.get(name), name, type });
      replaced.add(name);
    }
  }
  const all = [...grown.values()];
  return {
    addColumns: all.slice(columns.length),
    replaceColumns: all.slice(0, columns.length).filter(({ name }) => replaced.has(name)),
  };
}

function hasNested(observed: readonly ObservedColumn[]): boolean {
  return observed.some(({ observed: of }) => of.form !== 'plain' || isNested(of.type));
}
