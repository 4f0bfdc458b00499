import { SlabPool } from '../../runtime/slab-pool.ts';
import { detoursOf, type DetourFacts } from './batch-facts.ts';
import { groupRows, hivePath, partitionKeys, type Layout } from '../../schema/layout.ts';
import { rescuedColumn } from '../../schema/names.ts';
import type { Column, ColumnType } from '../../schema/types.ts';
import type { EvolutionRules } from '../../schema/evolution.ts';
import { BatchMemory } from '../columns/batch-memory.ts';
import { assembleTable, kafkaColumns } from './assemble-table.ts';
import {
  assembleDeadLetters,
  deadLetterColumns,
  deadLetterKeys,
  deadLetterTable,
  groupRejects,
} from './dead-letters.ts';
import { decodeBatch, type DecodedBatch, type DecodeRules } from '../columns/decode-batch.ts';
import type { Outcome, Placement, WrittenObject } from '../ledger/ledger-entry.ts';
import { objectKey } from '../ledger/object-keys.ts';
import type { Catalog, CatalogTable, ObjectStore } from '../ports/lake.ts';
import type { ParquetEncoder, ParquetReader } from '../ports/parquet.ts';
import type { ChunkSlice } from '../ports/record-chunk.ts';
import { previewSchema, type SchemaPreview } from './schema-preview.ts';
import { SchemaKeeper, type SchemaKeeperOptions } from './schema-keeper.ts';
import { rescuedTarget, routeColumns, type TargetColumn } from './route-columns.ts';
import type { ClaimOf } from '../ledger/ledger-entry.ts';

export interface TableWriterOptions {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly encoder: ParquetEncoder;
  readonly parquet: ParquetReader;
  readonly table: string;
  readonly layout: Layout;
  readonly withKafkaColumns: boolean;
  /** Parameters of a table that is made new, such as partition projection. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly decode: Omit<DecodeRules, 'knownType' | 'reserved'>;
  readonly evolution: EvolutionRules;
  readonly onSchemaChange?: SchemaKeeperOptions['onChange'];
  /** What in the batch did not go the straight way. */
  readonly onSettled?: (facts: DetourFacts) => void;
}

/** A batch whose columns all have a place in the catalog's table. */
export interface SettledBatch {
  readonly batch: DecodedBatch;
  readonly targets: readonly TargetColumn[];
  readonly keys: readonly string[];
  readonly counts: Pick<Outcome, 'rows' | 'deadLetters' | 'tombstones'>;
  readonly eventTimes: Pick<Outcome, 'minEventTime' | 'maxEventTime'>;
  readonly catalogVersion: string;
  readonly oldestTimestampMs: number | undefined;
}

/** One object to be: a key that follows from the claim, and how to make its bytes. */
export interface ObjectDraft {
  readonly key: string;
  readonly kind: WrittenObject['kind'];
  readonly rows: number;
  readonly partition: readonly string[];
  encode(): Promise<Uint8Array>;
}

/** `keep`: an object that is there with the same rows stays. `replace`: it is overwritten. */
export type PutMode = 'keep' | 'replace';

/** Of the arrays of batches, kept for those that follow. */
const slabBytesMax = 16 * 1024 * 1024;

/** Writes batches into one table and its dead letters: decode, settle, encode, put, register. */
export class TableWriter {
  readonly #options: TableWriterOptions;
  readonly #rows: SchemaKeeper;
  readonly #deadLetters: SchemaKeeper;
  readonly #registered = new Set<string>();
  readonly #slabs = new SlabPool(slabBytesMax);

  constructor(options: TableWriterOptions) {
    this.#options = options;
    const { catalog, store, table, layout, withKafkaColumns, evolution, onSchemaChange, parameters = {} } = options;
    this.#rows = new SchemaKeeper({
      catalog,
      definition: {
        name: table,
        columns: withKafkaColumns ? kafkaColumns : [],
        partitionKeys: partitionKeys(layout),
        location: store.uri(`${table}/`),
        parameters: { 'glueless.format': '1', ...parameters },
      },
      rules: evolution,
      ...(onSchemaChange && { onChange: onSchemaChange }),
    });
    const deadLetters = deadLetterTable(table);
    this.#deadLetters = new SchemaKeeper({
      catalog,
      definition: {
        name: deadLetters,
        columns: deadLetterColumns,
        partitionKeys: deadLetterKeys,
        location: store.uri(`${deadLetters}/`),
        parameters: { 'glueless.format': '1' },
      },
      rules: evolution,
    });
  }

  /** Learns the table's columns from the catalog, so that what is there already decides how values are read. */
  async refresh(): Promise<void> {
    await this.#rows.refresh();
  }

  /** What writing these records would do to the table, without doing it. */
  preview(slices: readonly ChunkSlice[], placement: Placement): SchemaPreview {
    const own = new Set<string>(kafkaColumns.map(({ name }) => name));
    const data = (this.#rows.table?.columns ?? []).filter(({ name }) => !own.has(name));
    using batch = this.decode(slices, placement);
    return previewSchema(batch, data, this.#options.evolution);
  }

  decode(slices: readonly ChunkSlice[], placement: Placement): DecodedBatch {
    const { decode, evolution, layout, withKafkaColumns } = this.#options;
    const columns = new Map(this.#rows.table?.columns.map(({ name, type }) => [name, type]));
    const own = [...partitionKeys(layout), ...(withKafkaColumns ? kafkaColumns : [])].map(({ name }) => name);
    return decodeBatch(slices, placement, {
      ...decode,
      memory: new BatchMemory(this.#slabs),
      reserved: new Set([...own, rescuedColumn]),
      knownType: (name) => columns.get(name) ?? evolution.hints.get(name),
    });
  }

  async settle(batch: DecodedBatch): Promise<SettledBatch> {
    const { keys, catalogVersion, targets } = await this.#settleRows(batch);
    if (batch.rejects.length > 0) await this.#deadLetters.settle([], { mayRescue: false });
    this.#options.onSettled?.(detoursOf(batch, targets));
    const { eventTimeRange, rowCount, rejects, tombstones } = batch;
    return {
      batch,
      targets,
      keys,
      counts: { rows: rowCount, deadLetters: rejects.length, tombstones },
      eventTimes:
        eventTimeRange === undefined
          ? {}
          : { minEventTime: iso(eventTimeRange.minMs), maxEventTime: iso(eventTimeRange.maxMs) },
      catalogVersion,
      oldestTimestampMs: batch.oldestTimestampMs,
    };
  }

  /** One draft per Hive partition, for rows and dead letters. Keys depend on the claim alone. */
  plan({ batch, targets, keys }: SettledBatch, claim: ClaimOf): ObjectDraft[] {
    const { encoder, table, withKafkaColumns } = this.#options;
    const rowDrafts = groupRows(batch.placementTimes, claim.placement.layout, batch.placementRange).map(
      ({ values, rows }): ObjectDraft => ({
        key: objectKey({ ...claim, table }, hivePath(keys, values)),
        kind: 'rows',
        rows: rows.length,
        partition: values,
        encode: () => encoder.encode(assembleTable(batch, targets, { rows, withKafkaColumns })),
      }),
    );
    const letters = groupRejects(batch.rejects).map(({ values, rows }): ObjectDraft => {
      const rejects = [...rows].map((row) => batch.rejects[row]).filter((reject) => reject !== undefined);
      const path = hivePath(
        deadLetterKeys.map(({ name }) => name),
        values,
      );
      return {
        key: objectKey({ ...claim, table: deadLetterTable(table) }, path),
        kind: 'dead-letters',
        rows: rows.length,
        partition: values,
        encode: () => encoder.encode(assembleDeadLetters(rejects)),
      };
    });
    return [...rowDrafts, ...letters];
  }

  async put(
    { key, kind, rows, partition }: ObjectDraft,
    bytes: Uint8Array,
    mode: PutMode,
  ): Promise<{ readonly object: WrittenObject; readonly created: boolean }> {
    const { store } = this.#options;
    const object = { key, kind, rows, bytes: bytes.length, partition: [...partition] };
    if (mode === 'replace') {
      await store.put(key, bytes);
      return { object, created: false };
    }
    const result = await store.put(key, bytes, { ifAbsent: true });
    if (result.kind === 'stored') return { object, created: true };
    const size = await this.#sizeWithRows(key, rows);
    if (size !== undefined) return { object: { ...object, bytes: size }, created: false };
    await store.put(key, bytes);
    return { object, created: false };
  }

  /** Makes the objects' Hive partitions known to the catalog. */
  async register(_settled: SettledBatch, objects: readonly WrittenObject[]): Promise<void> {
    const { table } = this.#options;
    await this.#registerIn(
      this.#rows,
      table,
      objects.filter(({ kind }) => kind === 'rows'),
    );
    await this.#registerIn(
      this.#deadLetters,
      deadLetterTable(table),
      objects.filter(({ kind }) => kind === 'dead-letters'),
    );
  }

  /** Memory that is kept for batches to come goes back. */
  releaseMemory(): void {
    this.#slabs.clear();
  }

  async discard(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#options.store.delete(keys);
  }

  async #settleRows(
    batch: DecodedBatch,
  ): Promise<{ keys: readonly string[]; catalogVersion: string; targets: readonly TargetColumn[] }> {
    if (batch.rowCount === 0) return { keys: [], catalogVersion: this.#rows.table?.version ?? '', targets: [] };
    const observed = batch.columns.map(({ name, observed: of, count }) => ({ name, observed: of, count }));
    let mayRescue = batch.rescued.size > 0;
    for (;;) {
      const { table, evolution } = await this.#rows.settle(observed, { mayRescue, origin: originOf(batch) });
      const routed = routeColumns(batch, evolution, typesOf(table.columns), this.#options.decode);
      const rescued = rescuedTarget(routed);
      if (rescued !== undefined && !table.columns.some(({ name }) => name === rescuedColumn)) {
        // some values turned out to have no place: the table needs the column for them first
        mayRescue = true;
        continue;
      }
      return {
        keys: table.partitionKeys.map(({ name }) => name),
        catalogVersion: table.version,
        targets: [...routed.targets, ...(rescued === undefined ? [] : [rescued])],
      };
    }
  }

  /** The size of the object under `key` when it holds that many rows: a try before ours wrote it. */
  async #sizeWithRows(key: string, rows: number): Promise<number | undefined> {
    const { store, parquet } = this.#options;
    const info = await store.head(key);
    if (info === undefined) return undefined;
    const source = { size: info.size, read: (start: number, end: number) => store.getRange(key, start, end) };
    const found = await parquet.rowCount(source).catch(() => undefined);
    return found === rows ? info.size : undefined;
  }

  async #registerIn(keeper: SchemaKeeper, name: string, objects: readonly WrittenObject[]): Promise<void> {
    const { catalog, store } = this.#options;
    const unknown = new Map<string, readonly string[]>();
    for (const { partition } of objects) {
      const id = `${name}/${partition.join('/')}`;
      if (partition.length > 0 && !this.#registered.has(id)) unknown.set(id, partition);
    }
    const table: CatalogTable | undefined = keeper.table;
    if (unknown.size === 0 || table === undefined || table.parameters['projection.enabled'] === 'true') return;
    const keys = table.partitionKeys.map((key) => key.name);
    const partitions = [...unknown.values()].map((values) => ({
      values: [...values],
      location: store.uri(`${name}/${hivePath(keys, values)}/`),
    }));
    await catalog.addPartitions(table, partitions);
    for (const id of unknown.keys()) this.#registered.add(id);
  }
}

/** Stands in the catalog as the comment of columns that this batch brought. */
function originOf({ partition, from, offsetDeltas }: DecodedBatch): string {
  return `first in partition ${partition}, offsets from ${from + BigInt(offsetDeltas[0] ?? 0)}`;
}

function typesOf(columns: readonly Column[]): Map<string, ColumnType> {
  return new Map(columns.map(({ name, type }) => [name, type]));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
