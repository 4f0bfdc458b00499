import { randomUUID } from 'node:crypto';
import { Ledger } from '../../consumer/ledger/ledger.ts';
import { decoderVersion } from '../../consumer/ledger/decoder-version.ts';
import type { Recipe } from '../../consumer/ledger/recipe.ts';
import type { BatchTracer } from '../../consumer/commit/batch-trace.ts';
import type { CommitTools } from '../../consumer/commit/commit-tools.ts';
import type { PipelineObserver } from '../../consumer/commit/pipeline-observer.ts';
import type { ParquetEncoder } from '../../consumer/ports/parquet.ts';
import type { SchemaRegistries } from '../../consumer/ports/schema-registry.ts';
import type { BatchFacts } from '../../consumer/table/batch-facts.ts';
import { createPublication } from '../../consumer/snapshot/replace-files.ts';
import { TableWriter } from '../../consumer/table/table-writer.ts';
import { misfitsOf } from './recipe-misfits.ts';
import { createSlabs } from '../../consumer/table/writer-options.ts';
import { createColumnEncoder } from '../../parquet/column-encoder.ts';
import { systemClock } from '../../runtime/clock.ts';
import { msPerDay } from '../../runtime/duration.ts';
import type { SlabPool } from '../../runtime/slab-pool.ts';
import type { Settings, ParquetSettings } from '../config/settings.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { TopicLabel } from '../observe/metrics-observer.ts';
import type { Logger } from '../observe/logger.ts';
import { ParsingLog } from '../observe/parsing-log.ts';
import { formatType } from '../../schema/hive-ddl.ts';
import type { Column } from '../../schema/types.ts';
import { projectionParameters } from '../../schema/projection.ts';
import { unreachable } from '../../runtime/errors.ts';
import { snapshotTools } from './create-snapshots.ts';
import { createdBy, readVersion } from '../version.ts';
import { type Lake } from '../lake/lake.ts';
import { rewriteForm } from '../lake/rewrite-form.ts';
import { openRegistries } from '../kafka/open-registries.ts';

export interface CommitToolsOptions {
  readonly settings: Pick<Settings, 'kafka' | 'table' | 'schema' | 'parquet' | 'service' | 'registry'>;
  readonly lake: Lake;
  readonly log: Logger;
  readonly observer: PipelineObserver;
  readonly metrics?: Metrics;
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
  const { name: table, hasProjection, pastDaysMax } = settings.table;
  const parsing = new ParsingLog(log, systemClock);
  const label: TopicLabel = several === undefined ? {} : { topic: kafka.topic };
  const warnUntimed = untimedWarning(settings.table.eventTimeField, log);
  const writer = new TableWriter({
    store: lake.store,
    catalog: lake.catalog,
    encoder: several?.encoder ?? (await createEncoder(settings.parquet)),
    ...(several && { slabs: several.slabs }),
    parquet: lake.parquet,
    registries: several?.registries ?? (await openRegistries(settings.registry)),
    table,
    topic: kafka.topic,
    tellsTopic: settings.schema.kafkaColumns.parts.includes('topic'),
    isShared: settings.table.isShared,
    ...(hasProjection && {
      parameters: (layout) =>
        projectionParameters(layout, {
          location: lake.store.uri(`${table}/`),
          firstDay: new Date(systemClock.nowMs() - pastDaysMax * msPerDay).toISOString().slice(0, 10),
        }),
    }),
    onRouted: (facts) => {
      parsing.add(facts.reading);
      if (metrics !== undefined) countFacts(facts, metrics, label);
      warnUntimed(facts);
      if (facts.onlyRejects !== undefined)
        log.warn({ table, ...facts.onlyRejects }, 'no record of the batch became a row: all are dead letters');
    },
    onSchemaChange: ({ table: changed, added, replaced }) => {
      metrics?.schemaChanges.inc(label);
      log.info({ table: changed, added: shortList(added), replaced: shortList(replaced) }, 'table has new columns');
    },
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
    ...(options.tracer && { tracer: options.tracer }),
    patienceMs: several === undefined ? service.retryMs : Math.min(service.retryMs, oneOfSeveralMs),
  };
  const snapshots = snapshotTools(lake, tools);
  if (snapshots === undefined) return tools;
  const openRewriter = () => lake.openRewriter(rewriteForm(settings.parquet));
  return { ...tools, publication: createPublication({ ...snapshots, openRewriter }) };
}

/** Warns once of rows beside others that have an event time; the metric counts them all. */
function untimedWarning(eventTimeField: string, log: Logger): (facts: BatchFacts) => void {
  let isTold = false;
  return ({ rows, rowsWithoutEventTime }) => {
    if (isTold || rowsWithoutEventTime === 0 || rowsWithoutEventTime === rows) return;
    isTold = true;
    const hint = 'glueless_rows_without_event_time_total counts them; see EVENT_TIME_FIELD and EVENT_TIME_UNIT';
    const about = { eventTimeField, rows, rowsWithoutEventTime, hint };
    log.warn(about, 'some rows have no event time: their Kafka timestamps choose the Hive partitions');
  };
}

const shownColumnsMax = 20;
const shownTypeLengthMax = 200;

/** Columns as a log line shows them: one batch can bring hundreds, and a struct can have thousands of fields. */
function shortList(columns: readonly Column[]): string[] {
  const shown = columns.slice(0, shownColumnsMax).map(({ name, type }) => {
    const text = `${name} ${formatType(type)}`;
    return text.length > shownTypeLengthMax ? `${text.slice(0, shownTypeLengthMax)}…` : text;
  });
  return columns.length > shown.length ? [...shown, `… and ${columns.length - shown.length} more`] : shown;
}

/** How this process writes what nobody has claimed yet. */
export function recipeOf({ schema, table }: Pick<Settings, 'schema' | 'table'>): Recipe {
  const { format, layout, eventTimeField, eventTimeUnit, pastDaysMax, futureDaysMax } = table;
  const { fields, numbers, depthMax, recordBytesMax, columnsMax, growth, hints } = schema;
  const { valueFormat, records, deadLetterPayload, kafkaColumns, headerNames } = schema;
  return {
    decoder: decoderVersion,
    placement: { layout, eventTimeField, eventTimeUnit, pastDaysMax, futureDaysMax },
    valueFormat,
    ...(records !== 'one' && { records }),
    recordBytesMax,
    depthMax,
    fields: {
      ...(fields.allow && { allow: [...fields.allow] }),
      deny: [...fields.deny],
      rename: [...fields.rename],
    },
    numbers,
    ...(format === 'iceberg' && { widensNumbers: true }),
    columnsMax,
    growth,
    hints: [...hints].map(([name, type]) => `${name} ${formatType(type)}`).join(', '),
    kafkaColumns: kafkaColumns.hasCoordinates,
    ...(kafkaColumns.parts.length > 0 && { recordParts: [...kafkaColumns.parts] }),
    ...(headerNames && { headerNames: [...headerNames] }),
    deadLetterPayload,
  };
}

function countFacts(facts: BatchFacts, metrics: Metrics, topic: TopicLabel): void {
  const { rejects, redirected, rescuedRows, rowsWithoutEventTime, reading } = facts;
  for (const [reason, count] of rejects) metrics.deadLetters.inc({ reason, ...topic }, count);
  for (const [column, count] of redirected) metrics.conflicts.inc({ column, ...topic }, count);
  metrics.rescuedRows.inc(topic, rescuedRows);
  metrics.untimedRows.inc(topic, rowsWithoutEventTime);
  metrics.parsedRecords.inc({ way: 'scanned', ...topic }, reading.scanned);
  for (const count of reading.parsed.values()) metrics.parsedRecords.inc({ way: 'parsed', ...topic }, count);
}

/** Gives the configured recipe, changed where the table's partition keys and columns ask for it. */
function fitToTable(configured: Recipe, writer: TableWriter, { settings, log }: CommitToolsOptions): Recipe {
  const recipe = writer.fit(configured);
  const about = { table: settings.table.name, topic: settings.kafka.topic };
  for (const { facts, message } of misfitsOf(configured, recipe)) log.warn({ ...about, ...facts }, message);
  return recipe;
}

/** The libraries are loaded when they are asked for. */
async function createEncoder({ encoder, ...form }: ParquetSettings): Promise<ParquetEncoder> {
  const options = { ...form, createdBy: createdBy(readVersion()) };
  switch (encoder) {
    case 'glueless':
      return createColumnEncoder(options);
    case 'hyparquet': {
      const { createHyparquetEncoder } = await import('../../parquet/hyparquet-encoder.ts');
      return createHyparquetEncoder(options);
    }
    case 'parquetjs-lite': {
      const { createParquetjsEncoder } = await import('../../parquet/parquetjs-encoder.ts');
      return createParquetjsEncoder(options);
    }
    default:
      return unreachable(encoder);
  }
}
