import { gotOtherType } from '../../../schema/growth/differ-together.ts';
import { partitionKeys } from '../../../schema/partitions/layout.ts';
import { rescuedColumn } from '../../../schema/names/column-name.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import type { DecodedBatch } from '../../columns/decode-batch.ts';
import { holdsObjects } from '../../ledger/chain/missing-ledger.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import type { FieldIds } from '../../ports/columnar-table.ts';
import type { CatalogTable, TableDefinition } from '../../ports/lake.ts';
import { checkTable } from './check-table.ts';
import { kafkasColumns, originOf } from './column-owner.ts';
import { deadLetterColumns, deadLetterKeys, deadLetterTable } from '../dead-letters/dead-letter-table.ts';
import { evolutionOf, fits, ownColumns, rulesOf } from '../recipe-rules.ts';
import { routeColumns, type TargetColumn } from '../route/route-columns.ts';
import { planGrowth, type GrowthWish } from './plan-growth.ts';
import { SchemaKeeper } from './schema-keeper.ts';
import { sharingParameters, topicParameter } from './shared-table.ts';
import type { TableWriterOptions } from '../writer-options.ts';

/** Columns of a batch, each with its place in the catalog's table. */
export interface RoutedColumns {
  readonly targets: readonly TargetColumn[];
  readonly catalogVersion: string;
  /** Ids of the table's columns, where it knows them by ids. */
  readonly fieldIds?: FieldIds | undefined;
}

/** The schemas of a table of ours and of its dead letters: what they are when they are made, and how they take in what batches bring. */
export class TableSchemas {
  readonly #options: TableWriterOptions;
  readonly rows: SchemaKeeper;
  readonly deadLetters: SchemaKeeper;

  constructor(options: TableWriterOptions) {
    const { catalog, store, table, topic, onSchemaChange, tellsTopic = false, isShared = false, isSharer } = options;
    const deadLetters = deadLetterTable(table);
    this.#options = options;
    this.rows = new SchemaKeeper({
      catalog,
      table,
      check: (found) => checkTable(found, { location: store.uri(`${table}/`), topic, tellsTopic, isSharer }),
      hasObjects: () => holdsObjects(store, { table, topic }),
      parametersFor: (found) => sharingParameters(found, { topic, isShared }),
      ...(onSchemaChange && { onChange: onSchemaChange }),
    });
    this.deadLetters = new SchemaKeeper({
      catalog,
      table: deadLetters,
      // each says its topic, whatever the configuration asks of rows: whether topics may share is asked of the table of rows
      check: (found) =>
        checkTable(found, { location: store.uri(`${deadLetters}/`), topic, tellsTopic: true, keys: deadLetterKeys }),
    });
  }

  /**
   * Lets the tables take in the batch's columns. `misfit`: the table has other partition keys or Kafka columns than the recipe says, or
   * got, since the batch was decoded, a type that many values tell together where this has another.
   */
  async grow(batch: DecodedBatch, recipe: Recipe): Promise<RoutedColumns | 'misfit'> {
    const routed = await this.#growRows(batch, recipe);
    if (routed !== 'misfit' && batch.rejects.length > 0) await this.#growDeadLetters(recipe);
    return routed;
  }

  async #growRows(batch: DecodedBatch, recipe: Recipe): Promise<RoutedColumns | 'misfit'> {
    if (batch.rowCount === 0) return { catalogVersion: this.rows.table?.version ?? '', targets: [] };
    let mayRescue = batch.rescued.size > 0;
    for (;;) {
      const grown = await this.#growFor(batch, recipe, mayRescue);
      if (grown === 'misfit') return grown;
      const { table, evolution } = grown;
      const types = new Map(table.columns.map(({ name, type }) => [name, type]));
      const { targets, rescued } = await routeColumns(batch, evolution, types, rulesOf(recipe).decode);
      if (rescued !== undefined && !table.columns.some(({ name }) => name === rescuedColumn)) {
        // some values turned out to have no column: the table needs the one for them first
        mayRescue = true;
        continue;
      }
      return {
        catalogVersion: table.version,
        fieldIds: table.fieldIds,
        targets: rescued === undefined ? targets : [...targets, rescued],
      };
    }
  }

  #growFor(batch: DecodedBatch, recipe: Recipe, mayRescue: boolean) {
    const observed = batch.columns.map(({ name, observed: of, count }) => ({ name, observed: of, count }));
    const fields = new Set(batch.columns.map(({ name }) => name));
    const wish = {
      observed,
      definition: this.#definition(recipe),
      rules: evolutionOf(recipe, batch.hints),
      mayRescue,
      origin: originOf(batch),
    };
    const fitsTable = (table: CatalogTable) =>
      fits(recipe, table) &&
      !kafkasColumns(table.columns).some((name) => fields.has(name)) &&
      !gotOtherTypes(table.columns, batch.table ?? [], wish);
    return this.rows.grow(observed, { ...wish, fits: fitsTable });
  }

  async #growDeadLetters(recipe: Recipe): Promise<void> {
    const { store, table } = this.#options;
    const name = deadLetterTable(table);
    const definition = {
      name,
      columns: deadLetterColumns,
      partitionKeys: deadLetterKeys,
      location: store.uri(`${name}/`),
      parameters: this.#parameters(),
    };
    await this.deadLetters.grow([], { definition, rules: rulesOf(recipe).evolution, mayRescue: false });
  }

  #definition(recipe: Recipe): TableDefinition {
    const { store, table, parameters } = this.#options;
    const { layout } = recipe.placement;
    return {
      name: table,
      columns: ownColumns(recipe),
      partitionKeys: partitionKeys(layout),
      location: store.uri(`${table}/`),
      parameters: { ...this.#parameters(), ...parameters?.(layout) },
    };
  }

  #parameters(): Readonly<Record<string, string>> {
    const { topic, isShared = false } = this.#options;
    return { 'glueless.format': '1', ...(!isShared && { [topicParameter]: topic }) };
  }
}

/**
 * Tells whether somebody else decided, since a batch was decoded by the table (`before`), what many values tell together: the batch is decoded again then, by what
 * the table has.
 */
function gotOtherTypes(columns: readonly Column[], before: readonly Column[], wish: GrowthWish): boolean {
  if (columns === before) return false;
  const suspects = wish.observed.filter((field) => gotOtherType(field, { before, columns }));
  if (suspects.length === 0) return false;
  // what the batch itself has made of the table is nothing of others
  const { added, replaced } = planGrowth(before, wish).evolution;
  const own = new Map([...before, ...added, ...replaced].map((column) => [column.name, column]));
  return suspects.some((field) => gotOtherType(field, { before: [...own.values()], columns }));
}
