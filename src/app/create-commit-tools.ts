import { randomUUID } from 'node:crypto';
import { Ledger } from '../consumer/ledger/ledger.ts';
import type { CommitTools } from '../consumer/commit/commit-tools.ts';
import type { PipelineObserver } from '../consumer/commit/pipeline-observer.ts';
import type { ParquetEncoder } from '../consumer/ports/parquet.ts';
import type { DetourFacts } from '../consumer/table/batch-facts.ts';
import { TableWriter } from '../consumer/table/table-writer.ts';
import { createColumnEncoder } from '../parquet/column-encoder.ts';
import { hyparquetReader } from '../parquet/parquet-reader.ts';
import { systemClock } from '../runtime/clock.ts';
import { msPerDay } from '../runtime/duration.ts';
import type { Config } from './config.ts';
import type { Metrics } from './metrics.ts';
import type { Logger } from './logger.ts';
import { formatType, parseColumns } from '../schema/hive-ddl.ts';
import type { Growth } from '../schema/evolution.ts';
import { projectionParameters } from '../schema/projection.ts';
import { layoutOf } from '../schema/layout.ts';
import { PipelineError, unreachable } from '../runtime/errors.ts';
import { tableNameOf } from './open-lake.ts';
import { type Lake } from './lake.ts';

export interface CommitToolsOptions {
  readonly config: Config;
  readonly lake: Lake;
  readonly log: Logger;
  readonly observer: PipelineObserver;
  readonly metrics?: Metrics;
  /** Left out: the configured table. */
  readonly table?: string;
}

const growthOf: Readonly<Record<Config['SCHEMA_POLICY'], Growth>> = { evolve: 'all', log: 'new-names', frozen: 'none' };

/** Everything batches need on their way into the lake, made from the configuration. A table that is there keeps its layout. */
export async function createCommitTools(options: CommitToolsOptions): Promise<CommitTools> {
  const { config, lake, log, observer, metrics } = options;
  const table = options.table ?? tableNameOf(config);
  const layout = await layoutFor(table, options);
  const hints = new Map(parseColumns(config.SCHEMA_HINTS).map(({ name, type }) => [name, type]));
  const writer = new TableWriter({
    store: lake.store,
    catalog: lake.catalog,
    encoder: await createEncoder(config),
    parquet: hyparquetReader,
    table,
    layout,
    withKafkaColumns: config.KAFKA_COLUMNS,
    ...(config.PARTITION_PROJECTION && {
      parameters: projectionParameters(layout, {
        location: lake.store.uri(`${table}/`),
        firstDay: new Date(systemClock.nowMs() - config.EVENT_TIME_PAST_DAYS_MAX * msPerDay).toISOString().slice(0, 10),
      }),
    }),
    decode: {
      fields: {
        allow: config.FIELDS_ALLOW,
        deny: config.FIELDS_DENY ?? new Set(),
        rename: config.FIELDS_RENAME ?? new Map(),
      },
      numbers: config.SCHEMA_NUMBERS,
      depthMax: config.SCHEMA_DEPTH_MAX,
      recordBytesMax: config.RECORD_BYTES_MAX,
      columnsMax: config.SCHEMA_COLUMNS_MAX * 2,
    },
    evolution: { columnsMax: config.SCHEMA_COLUMNS_MAX, growth: growthOf[config.SCHEMA_POLICY], hints },
    ...(metrics && { onSettled: (facts) => countDetours(facts, metrics) }),
    onSchemaChange: ({ table: changed, added, replaced }) => {
      const write = ({ name, type }: (typeof added)[number]): string => `${name} ${formatType(type)}`;
      metrics?.schemaChanges.inc();
      log.info({ table: changed, added: added.map(write), replaced: replaced.map(write) }, 'table has new columns');
    },
  });
  await writer.refresh();
  return {
    ledger: new Ledger(lake.store),
    writer,
    table,
    topic: config.KAFKA_TOPIC,
    placement: {
      layout,
      eventTimeField: config.EVENT_TIME_FIELD,
      pastDaysMax: config.EVENT_TIME_PAST_DAYS_MAX,
      futureDaysMax: config.EVENT_TIME_FUTURE_DAYS_MAX,
    },
    clock: systemClock,
    random: Math.random,
    newWriterId: randomUUID,
    observer,
    patienceMs: config.RETRY_SECONDS * 1000,
  };
}

function countDetours({ rejects, redirected, rescuedRows }: DetourFacts, metrics: Metrics): void {
  for (const [reason, count] of rejects) metrics.deadLetters.inc({ reason }, count);
  for (const [column, count] of redirected) metrics.conflicts.inc({ column }, count);
  metrics.rescuedRows.inc(rescuedRows);
}

async function layoutFor(table: string, { config, lake, log }: CommitToolsOptions): Promise<Config['PARTITION_BY']> {
  const present = await lake.catalog.load(table);
  if (present === undefined) return config.PARTITION_BY;
  const layout = layoutOf(present.partitionKeys);
  if (layout === undefined) {
    const keys = present.partitionKeys.map(({ name }) => name).join(', ');
    throw new PipelineError('CATALOG_INVALID', {
      message: `the table ${table} is partitioned by ${keys}, expected event_date and event_hour, event_date, or nothing`,
      retryable: false,
      hint: 'set LAKE_TABLE to a new name, or make the table anew',
    });
  }
  if (layout !== config.PARTITION_BY) {
    log.warn(
      { table, layout, configured: config.PARTITION_BY },
      'PARTITION_BY differs from the table, which keeps its partitions',
    );
  }
  return layout;
}

/** The libraries are loaded when they are asked for. */
async function createEncoder(config: Config): Promise<ParquetEncoder> {
  const options = { codec: config.PARQUET_CODEC, rowGroupRows: config.PARQUET_ROW_GROUP_ROWS };
  switch (config.PARQUET_ENCODER) {
    case 'glueless':
      return createColumnEncoder(options);
    case 'hyparquet': {
      const { createHyparquetEncoder } = await import('../parquet/hyparquet-encoder.ts');
      return createHyparquetEncoder(options);
    }
    case 'parquetjs-lite': {
      const { createParquetjsEncoder } = await import('../parquet/parquetjs-encoder.ts');
      return createParquetjsEncoder(options);
    }
    default:
      return unreachable(config.PARQUET_ENCODER);
  }
}
