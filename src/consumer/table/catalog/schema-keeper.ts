import { Slots } from '../../../runtime/concurrency.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { Evolution, ObservedColumn } from '../../../schema/growth/evolution.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import { changedByOthers } from '../../ports/catalog-rules.ts';
import type { Catalog, CatalogTable, TableDefinition } from '../../ports/lake.ts';
import { planGrowth, rescued, sumOfGrowth, type GrowthWish } from './plan-growth.ts';

export interface SchemaKeeperOptions {
  readonly catalog: Catalog;
  readonly table: string;
  /** Throws for a table that must not be written to. */
  readonly check?: (table: CatalogTable) => void;
  /** Says whether files of the table are there: then it was dropped, and must not be made from what comes next alone. */
  readonly hasObjects?: () => Promise<boolean>;
  /** Parameters that the table lacks and must have before rows go into it; `undefined` for none. */
  readonly parametersFor?: (table: CatalogTable) => Readonly<Record<string, string>> | undefined;
  readonly onChange?: (change: {
    readonly table: string;
    readonly added: readonly Column[];
    readonly replaced: readonly Column[];
  }) => void;
}

export interface GrowOptions extends Omit<GrowthWish, 'observed'> {
  /** Says whether rows can go into the table as it is; asked before anything is changed. */
  readonly fits?: (table: CatalogTable) => boolean;
}

interface Wish extends GrowOptions, GrowthWish {}

export interface GrownSchema {
  readonly table: CatalogTable;
  readonly evolution: Evolution;
}

/** Changes of a table by others that are taken in before giving up. */
export const conflictsMax = 20;
/** Keeps the table's schema of the catalog at hand and lets it grow, by compare-and-swap, with what batches bring. */
export class SchemaKeeper {
  readonly #options: SchemaKeeperOptions;
  readonly #turns = new Slots(1);
  /** What batches want that wait for their turn to change the table. */
  readonly #waiting = new Set<Wish>();
  #table: CatalogTable | undefined;

  constructor(options: SchemaKeeperOptions) {
    this.#options = options;
  }

  /** The table as last seen. */
  get table(): CatalogTable | undefined {
    return this.#table;
  }

  /** Loads the table, if it is there, and answers with it. */
  async refresh(): Promise<CatalogTable | undefined> {
    const { catalog, table, check } = this.#options;
    this.#table = await catalog.load(table);
    if (this.#table !== undefined) check?.(this.#table);
    return this.#table;
  }

  /** Rejects with TABLE_MISSING for a table that was dropped; one that was never made is none. */
  async requireTable(): Promise<void> {
    const { table } = this.#options;
    if (this.#table === undefined && (await this.#wasDropped())) throw dropped(table);
  }

  /**
   * Resolves once the catalog's table has a column for everything observed, as far as the rules let it grow; with `misfit`, and nothing
   * changed, when the table is none for these rows. Batches that wait for each other grow the table in one change. Rejects with
   * CATALOG_CONTENDED (retryable) when others keep changing it.
   */
  async grow(observed: readonly ObservedColumn[], options: GrowOptions): Promise<GrownSchema | 'misfit'> {
    const { definition } = options;
    const wish = { ...options, observed };
    for (let attempt = 0; attempt < conflictsMax; attempt++) {
      const table = this.#table ?? (await this.refresh());
      if (table === undefined) {
        if (await this.#wasDropped()) throw dropped(definition.name);
        // another process that has made the table meanwhile may have put objects too
        if (this.#table === undefined) await this.#create(definition, planGrowth(definition.columns, wish).added);
        continue;
      }
      if (options.fits?.(table) === false) return 'misfit';
      const { evolution, hasNews } = planGrowth(table.columns, wish);
      if (!hasNews && this.#options.parametersFor?.(table) === undefined) return { table, evolution };
      await this.#growWithOthers(wish);
    }
    throw changedByOthers(definition.name, conflictsMax);
  }

  /** Waits for its turn, unless the change of another batch takes the wish in; how that ended says the table. */
  async #growWithOthers(wish: Wish): Promise<void> {
    this.#waiting.add(wish);
    await this.#turns.run(async () => {
      if (!this.#waiting.has(wish)) return;
      const wishes = [...this.#waiting];
      this.#waiting.clear();
      if (this.#table !== undefined) await this.#change(this.#table, wishes);
    });
  }

  async #change(table: CatalogTable, wishes: readonly Wish[]): Promise<void> {
    const { catalog, parametersFor, onChange } = this.#options;
    const fitting = wishes.filter(({ fits }) => fits?.(table) !== false);
    const { addColumns, replaceColumns } = sumOfGrowth(table.columns, fitting);
    const parameters = parametersFor?.(table);
    const hasNews = addColumns.length + replaceColumns.length > 0;
    if (!hasNews && parameters === undefined) return;
    const result = await catalog.evolve({
      table: table.name,
      expectedVersion: table.version,
      addColumns,
      replaceColumns,
      ...(parameters && { parameters }),
    });
    if (result === 'evolved' && hasNews) onChange?.({ table: table.name, added: addColumns, replaced: replaceColumns });
    await this.refresh();
  }

  /** A table is made before its objects, so that whoever sees those sees the table, unless it was dropped. */
  async #wasDropped(): Promise<boolean> {
    const hasObjects = (await this.#options.hasObjects?.()) ?? false;
    return hasObjects && (await this.refresh()) === undefined;
  }

  /** The data's columns come first. A table needs one: records without any field get that for rescued values. */
  async #create(definition: TableDefinition, data: readonly Column[]): Promise<void> {
    const { catalog } = this.#options;
    const columns = [...data, ...definition.columns];
    const result = await catalog.create({ ...definition, columns: columns.length === 0 ? [rescued] : columns });
    if (result === 'created') this.#options.onChange?.({ table: definition.name, added: data, replaced: [] });
    if ((await this.refresh()) !== undefined) return;
    throw new PipelineError('CATALOG_UNAVAILABLE', {
      message: `the table ${definition.name} was created and is not there`,
      retryable: true,
    });
  }
}

function dropped(name: string): PipelineError {
  return new PipelineError('TABLE_MISSING', {
    message: `the table ${name} is not in the catalog, though its objects are in the lake: it was dropped, or LAKE_DATABASE is another one. Made from the next batch alone it would not fit its files`,
    retryable: false,
    details: { table: name },
    hint: '`glueless verify --repair` makes it again from its files and registers its partitions; of an Iceberg table register the newest metadata file (`<table>/metadata/`); then start again',
  });
}
