import { systemClock } from '../../runtime/clock.ts';
import { partitionKeys, type RowGroup } from '../../schema/partitions/layout.ts';
import { weightOf } from '../../schema/types/type-weight.ts';
import type { DecodeLimits, EarlyEnd } from '../ports/decode-limits.ts';
import type { DecodedBatch } from '../columns/decode-batch.ts';
import type { Outcome, PlannedObject, WrittenObject } from '../ledger/entry/ledger-entry.ts';
import type { ObjectRange } from '../ledger/keys/object-keys.ts';
import type { Recipe } from '../ledger/entry/recipe.ts';
import type { ChunkSlice } from '../ports/record-chunk.ts';
import { assembleTable } from './assemble/assemble-table.ts';
import { factsOf } from './batch-facts.ts';
import { assembleDeadLetters } from './assemble/assemble-dead-letters.ts';
import { deadLetterKeys, deadLetterTable } from './dead-letters/dead-letter-table.ts';
import { HivePartitions } from './catalog/hive-partitions.ts';
import type { ObjectDraft } from './objects/object-writer.ts';
import { withPartitionColumns } from './assemble/partition-columns.ts';
import { keyOf } from './objects/planned-keys.ts';
import { evolutionOf, fitRecipe, ownColumns } from './recipe-rules.ts';
import { RecordDecoder, type DecodeRequest } from './decode/record-decoder.ts';
import { groupBatch, type RowGroups } from './assemble/row-groups.ts';
import { checkNotAdopted } from './catalog/shared-table.ts';
import type { SchemaPreview, SchemaSample } from './catalog/schema-preview.ts';
import { TableObjects } from './objects/table-objects.ts';
import { TableSchemas, type RoutedColumns } from './catalog/table-schemas.ts';
import { ValueSchemas } from './decode/value-schemas.ts';
import type { TableWriterOptions } from './writer-options.ts';

/** A batch whose columns all have a place in the catalog's table. */
export interface RoutedBatch extends RoutedColumns {
  readonly batch: DecodedBatch;
  readonly recipe: Recipe;
  readonly eventTimes: Pick<Outcome, 'minEventTime' | 'maxEventTime'>;
}

/** What one table and its dead letters ask of batches: decodes, groups, lets the schema grow, encodes, registers. Objects are put by `objects`. */
export class TableWriter {
  /** The objects of the table and of its dead letters, as the store has them. */
  readonly objects: TableObjects;
  readonly #options: TableWriterOptions;
  readonly #schemas: TableSchemas;
  readonly #partitions: HivePartitions;
  readonly #decoder: RecordDecoder;

  constructor(options: TableWriterOptions) {
    this.#options = options;
    this.#schemas = new TableSchemas(options);
    this.#decoder = new RecordDecoder(new ValueSchemas(options.registries ?? new Map(), systemClock), options.slabs);
    this.objects = new TableObjects(options);
    this.#partitions = new HivePartitions(options);
  }

  /** Learns the table's columns from the catalog, so that what is there already decides how values are read. */
  async refresh(): Promise<void> {
    await this.#schemas.rows.refresh();
  }

  /** Rejects with TABLE_MISSING when the table was dropped from the catalog. */
  async requireTable(): Promise<void> {
    await this.#schemas.rows.requireTable();
  }

  /** How many leaves the table, as last seen, has; `undefined` when it was not there. */
  get leaves(): number | undefined {
    return this.#schemas.rows.table?.columns.reduce((sum, { type }) => sum + weightOf(type).leaves, 0);
  }

  /** The recipe as far as the table, as last seen, lets it be. */
  fit(recipe: Recipe): Recipe {
    return fitRecipe(recipe, this.#schemas.rows.table);
  }

  /** Adds what the records hold to the sample, as many of them as the limits allow; answers with where these end. */
  async sample(
    slices: readonly ChunkSlice[],
    recipe: Recipe,
    { into, limits }: { readonly into: SchemaSample; readonly limits: DecodeLimits },
  ): Promise<EarlyEnd | undefined> {
    const pinned = await this.pinSchemas(slices, recipe);
    using batch = await this.#decode(slices, { recipe: pinned, limits, hints: into.hints });
    into.add(batch);
    return batch.earlyEnd;
  }

  /** What writing the sample would do to the table, without doing it. */
  preview(sample: SchemaSample, recipe: Recipe): SchemaPreview {
    const own = new Set(ownColumns(recipe).map(({ name }) => name));
    const data = (this.#schemas.rows.table?.columns ?? []).filter(({ name }) => !own.has(name));
    return sample.preview(data, evolutionOf(recipe, sample.hints));
  }

  /** How many bytes of JSON a byte of a value stands for: what batches are measured by. */
  expansionOf({ valueFormat }: Recipe): number {
    return valueFormat === 'avro' ? this.#decoder.expansion : 1;
  }

  /** Loads what the recipe needs to decode the records; answers with the recipe that says so. Rejects with SCHEMA_*. */
  async pinSchemas(slices: readonly ChunkSlice[], recipe: Recipe): Promise<Recipe> {
    return this.#decoder.schemas.pin(slices, recipe);
  }

  /** Decodes records whose schemas are loaded; with limits, as many as these allow, which the batch says. */
  async decode(slices: readonly ChunkSlice[], recipe: Recipe, limits?: DecodeLimits): Promise<DecodedBatch> {
    return this.#decode(slices, { recipe, limits });
  }

  /** Which rows go to which Hive partition, and the objects that makes. */
  group(batch: DecodedBatch, recipe: Recipe): { readonly groups: RowGroups; readonly plan: PlannedObject[] } {
    return groupBatch(batch, recipe);
  }

  /** Lets the table take in the batch's columns. `misfit`: the batch is to be decoded again, by the table as it is now. */
  async grow(batch: DecodedBatch, recipe: Recipe): Promise<RoutedBatch | 'misfit'> {
    const routed = await this.#schemas.grow(batch, recipe);
    if (routed === 'misfit') return routed;
    this.#options.onRouted?.(factsOf(batch, routed.targets));
    const { eventTimeRange: range } = batch;
    const eventTimes = range === undefined ? {} : { minEventTime: iso(range.minMs), maxEventTime: iso(range.maxMs) };
    return { batch, recipe, eventTimes, ...routed };
  }

  /** One draft per Hive partition, for rows and dead letters. Keys depend on the range, its generation and the recipe alone. */
  drafts({ rows, rejects }: RowGroups, routed: RoutedBatch, range: ObjectRange): ObjectDraft[] {
    const { encoder } = this.#options;
    const { batch, recipe, targets, fieldIds } = routed;
    const letters = { keys: deadLetterKeys, fieldIds: this.#schemas.deadLetters.table?.fieldIds };
    const draft = (kind: WrittenObject['kind'], group: RowGroup, encode: ObjectDraft['encode']): ObjectDraft => {
      const planned = { kind, partition: [...group.values], rows: group.rows.length };
      return { ...planned, key: keyOf(range, planned, recipe), encode };
    };
    const keys = partitionKeys(recipe.placement.layout);
    return [
      ...rows.map((group) =>
        draft('rows', group, () => {
          const table = assembleTable(batch, targets, { rows: group.rows, recipe });
          return encoder.encode(withPartitionColumns(table, { keys, values: group.values, fieldIds }));
        }),
      ),
      ...rejects.map((group) =>
        draft('dead-letters', group, () => {
          const chosen = [...group.rows].flatMap((row) => batch.rejects[row] ?? []);
          const table = assembleDeadLetters(chosen, recipe.deadLetterPayload);
          return encoder.encode(withPartitionColumns(table, { ...letters, values: group.values }));
        }),
      ),
    ];
  }

  #decode(slices: readonly ChunkSlice[], request: Omit<DecodeRequest, 'table'>): Promise<DecodedBatch> {
    return this.#decoder.decode(slices, { ...request, table: this.#schemas.rows.table?.columns ?? [] });
  }

  /** Makes the objects' Hive partitions known to the catalog. */
  async register(objects: readonly WrittenObject[]): Promise<void> {
    const { table } = this.#options;
    const ofKind = (kind: WrittenObject['kind']) => objects.filter((object) => object.kind === kind);
    await this.#partitions.register(this.#schemas.rows, table, ofKind('rows'));
    await this.#partitions.register(this.#schemas.deadLetters, deadLetterTable(table), ofKind('dead-letters'));
  }

  /** Gives back memory that is kept for batches to come. */
  releaseMemory(): void {
    this.#decoder.releaseMemory();
  }

  /** Rejects with TABLE_MISMATCH where an Iceberg table has the objects, too: they can't be replaced any more. */
  async checkReplaceable(): Promise<void> {
    checkNotAdopted(await this.#options.catalog.load(this.#options.table), 'replacement');
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
