import type { EvolutionRules } from '../../schema/growth/evolution.ts';
import { parseColumns } from '../../schema/types/hive-ddl.ts';
import { layoutOf } from '../../schema/partitions/layout.ts';
import type { Column } from '../../schema/types/column-type.ts';
import type { DecodeRules } from '../columns/decode-batch.ts';
import { fieldRules } from '../columns/parse/field-rules.ts';
import type { Recipe } from '../ledger/entry/recipe.ts';
import type { CatalogTable } from '../ports/lake.ts';
import {
  columnsOfPart,
  indexColumn,
  recordPartColumns,
  recordParts,
  type RecordPart,
} from '../ports/record-columns.ts';
import { kafkaColumns } from './assemble/assemble-table.ts';
import { canHold, mayBe } from './catalog/column-owner.ts';
import { holdsSeveralTopics } from './catalog/shared-table.ts';

/** What a recipe means for decoding and for the table's growth. */
export interface RecipeRules {
  readonly decode: Omit<DecodeRules, 'knownType' | 'reserved'>;
  readonly evolution: EvolutionRules;
}

const known = new WeakMap<Recipe, RecipeRules>();

export function rulesOf(recipe: Recipe): RecipeRules {
  const rules = known.get(recipe) ?? makeRules(recipe);
  known.set(recipe, rules);
  return rules;
}

/** How the table may grow by the recipe; `hints`: types of columns to come that the records' schemas tell too. */
export function evolutionOf(recipe: Recipe, hints: EvolutionRules['hints'] | undefined): EvolutionRules {
  const { evolution } = rulesOf(recipe);
  return hints === undefined ? evolution : { ...evolution, hints };
}

function makeRules(recipe: Recipe): RecipeRules {
  const { fields, numbers, depthMax, recordBytesMax, columnsMax, growth, hints } = recipe;
  const widensNumbers = recipe.widensNumbers === true && growth === 'all';
  return {
    decode: {
      fields: fieldRules(fields),
      numbers,
      widensNumbers,
      depthMax,
      recordBytesMax,
      // a field can have two columns: that of its name and a sibling
      columnsMax: columnsMax * 2,
    },
    evolution: {
      columnsMax,
      growth,
      widensNumbers,
      hints: new Map(parseColumns(hints).map(({ name, type }) => [name, type])),
    },
  };
}

/** Columns that rows by the recipe have beside those of their records. */
export function ownColumns({ kafkaColumns: has, records, recordParts: parts }: Recipe): readonly Column[] {
  const index = records === undefined ? [] : [indexColumn];
  return [...(has ? kafkaColumns : []), ...index, ...recordPartColumns(parts)];
}

/** The recipe as far as the table lets it be: a table keeps its partition keys and its Kafka columns. */
export function fitRecipe(recipe: Recipe, table: CatalogTable | undefined): Recipe {
  if (table === undefined || fits(recipe, table)) return recipe;
  const { records, recordParts: _, ...others } = recipe;
  const parts = partsIn(table, recipe);
  const layout = layoutOf(table.partitionKeys) ?? recipe.placement.layout;
  const found = kafkaColumnsOf(table);
  return {
    ...others,
    placement: { ...recipe.placement, layout },
    // those that are not there yet are added
    kafkaColumns: found === 'ours' || (found === 'none' && recipe.kafkaColumns),
    ...(parts.length > 0 && { recordParts: parts }),
    ...(records !== undefined && canHold(table.columns, [indexColumn]) && { records }),
  };
}

/** The parts of the recipe that the table can hold, and the topic where its rows must say it. */
function partsIn(table: CatalogTable, { recordParts: asked = [] }: Recipe): RecordPart[] {
  const mustTellTopic = holdsSeveralTopics(table);
  return recordParts.filter((part) => {
    const isWanted = asked.includes(part) || (part === 'topic' && mustTellTopic);
    return isWanted && canHold(table.columns, columnsOfPart[part]);
  });
}

/** True when rows by this recipe are rows of the table. */
export function fits(recipe: Recipe, table: CatalogTable): boolean {
  const { placement, kafkaColumns: has, records, recordParts: asked = [] } = recipe;
  if (layoutOf(table.partitionKeys) !== placement.layout) return false;
  const parts = partsIn(table, recipe);
  if (parts.length !== asked.length || !parts.every((part) => asked.includes(part))) return false;
  if (records !== undefined && !canHold(table.columns, [indexColumn])) return false;
  // columns that are not there yet are added
  return kafkaColumnsOf(table) !== (has ? 'clash' : 'ours');
}

/** `clash`: columns of these names that hold something else. */
function kafkaColumnsOf({ columns }: CatalogTable): 'ours' | 'none' | 'clash' {
  const found = kafkaColumns.flatMap((own) => columns.filter(({ name }) => name === own.name));
  if (found.length === 0) return 'none';
  const isOurs = (column: Column): boolean =>
    kafkaColumns.some((own) => own.name === column.name && mayBe(column, own));
  return found.length === kafkaColumns.length && found.every(isOurs) ? 'ours' : 'clash';
}
