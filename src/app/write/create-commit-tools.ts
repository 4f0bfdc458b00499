import { randomUUID } from 'node:crypto';
import { Ledger } from '../../consumer/ledger/ledger.ts';
import type { Recipe } from '../../consumer/ledger/entry/recipe.ts';
import type { BatchTracer } from '../../consumer/commit/tools/batch-trace.ts';
import type { CommitTools } from '../../consumer/commit/tools/commit-tools.ts';
import type { PipelineObserver } from '../../consumer/commit/tools/pipeline-observer.ts';
import type { ParquetEncoder } from '../../consumer/ports/parquet.ts';
import type { SchemaRegistries } from '../../consumer/ports/schema-registry.ts';
import { createPublication } from '../../consumer/snapshot/replace-files.ts';
import { TableWriter } from '../../consumer/table/table-writer.ts';
import { createEncoder } from './create-encoder.ts';
import { misfitsOf } from './recipe-misfits.ts';
import { recipeOf } from './recipe-of-settings.ts';
import { createSlabs } from '../../consumer/table/writer-options.ts';
import { systemClock } from '../../runtime/clock.ts';
import { msPerDay } from '../../runtime/duration.ts';
import type { SlabPool } from '../../runtime/slab-pool.ts';
import type { Settings } from '../config/settings.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Logger } from '../observe/logger.ts';
import { observeTable } from '../observe/table-observer.ts';
import { projectionParameters } from '../../schema/partitions/projection.ts';
import { snapshotTools } from './create-snapshots.ts';
import { type Lake } from '../lake/lake.ts';
import { rewriteForm } from '../lake/rewrite-form.ts';
import { openRegistries } from '../kafka/open-registries.ts';

export interface CommitToolsOptions {
  readonly settings: Pick<Settings, 'kafka' | 'table' | 'schema' | 'parquet' | 'service' | 'registry'>;
  readonly lake: Lake;
  readonly log: Logger;
  readonly observer: PipelineObserver;
  readonly metrics?: Metrics | undefined;
  /** The topic is one of several, whose writers share what memory they keep. */
  readonly several?: WritersShare;
  readonly tracer?: BatchTracer;
}

/** What the writers of several topics use together. */
export interface WritersShare {
  readonly encoder: ParquetEncoder;
  readonly slabs: SlabPool;
  readonly registries: SchemaRegistries;
}

/** Makes it for the writers of several topics. */
export async function shareWriters({
  parquet,
  registry,
}: Pick<Settings, 'parquet' | 'registry'>): Promise<WritersShare> {
  return { encoder: await createEncoder(parquet), slabs: createSlabs(), registries: await openRegistries(registry) };
}

/**
 * How long a step of one topic of several is tried again: then the topic fails and is begun again later, so that its batch does not keep
 * those of others waiting.
 */
const oneOfSeveralMs = 30_000;

/** Everything batches need on their way into the lake, made from the configuration. A table that is there keeps its layout. */
export async function createCommitTools(options: CommitToolsOptions): Promise<CommitTools> {
  const { settings, lake, log, observer, metrics, several } = options;
  const { kafka, service } = settings;
  const { name: table, hasProjection, pastDaysMax, eventTimeField } = settings.table;
  const writer = new TableWriter({
    store: lake.store,
    catalog: lake.catalog,
    encoder: several?.encoder ?? (await createEncoder(settings.parquet)),
    slabs: several?.slabs,
    parquet: lake.parquet,
    registries: several?.registries ?? (await openRegistries(settings.registry)),
    table,
    topic: kafka.topic,
    tellsTopic: settings.schema.kafkaColumns.parts.includes('topic'),
    isShared: settings.table.isShared,
    isSharer: settings.table.isSharer,
    ...(hasProjection && {
      parameters: (layout) =>
        projectionParameters(layout, {
          location: lake.store.uri(`${table}/`),
          firstDay: new Date(systemClock.nowMs() - pastDaysMax * msPerDay).toISOString().slice(0, 10),
        }),
    }),
    ...observeTable({ table, topic: kafka.topic, isOneOfSeveral: several !== undefined, eventTimeField, log, metrics }),
  });
  await writer.refresh();
  const tools: CommitTools = {
    ledger: new Ledger(lake.store),
    writer,
    table,
    topic: kafka.topic,
    tableFormat: settings.table.format,
    recipe: fitToTable(recipeOf(settings), writer, options),
    clock: systemClock,
    random: Math.random,
    newWriterId: randomUUID,
    observer,
    tracer: options.tracer,
    patienceMs: several === undefined ? service.retryMs : Math.min(service.retryMs, oneOfSeveralMs),
  };
  const snapshots = snapshotTools(lake, tools);
  if (snapshots === undefined) return tools;
  const openRewriter = () => lake.openRewriter(rewriteForm(settings.parquet));
  return { ...tools, publication: createPublication({ ...snapshots, openRewriter }) };
}

/** Gives the configured recipe, changed where the table's partition keys and columns ask for it. */
function fitToTable(configured: Recipe, writer: TableWriter, { settings, log }: CommitToolsOptions): Recipe {
  const recipe = writer.fit(configured);
  const about = { table: settings.table.name, topic: settings.kafka.topic };
  for (const { facts, message } of misfitsOf(configured, recipe)) log.warn({ ...about, ...facts }, message);
  return recipe;
}
