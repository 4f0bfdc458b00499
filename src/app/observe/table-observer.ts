import type { BatchFacts } from '../../consumer/table/batch-facts.ts';
import type { TableWriterOptions } from '../../consumer/table/writer-options.ts';
import { systemClock } from '../../runtime/clock.ts';
import { formatType } from '../../schema/types/hive-ddl.ts';
import type { Column } from '../../schema/types/column-type.ts';
import type { Logger } from './logger.ts';
import type { TopicLabel } from './metrics-observer.ts';
import type { Metrics } from './metrics.ts';
import { ParsingLog } from './parsing-log.ts';

export interface ObservedTable {
  readonly table: string;
  readonly topic: string;
  /** Metrics name the topic. */
  readonly isOneOfSeveral: boolean;
  readonly eventTimeField: string;
  readonly log: Logger;
  readonly metrics: Metrics | undefined;
}

/** Logs and counts where values and records of batches went, and how the table grew. */
export function observeTable({
  table,
  topic,
  isOneOfSeveral,
  eventTimeField,
  log,
  metrics,
}: ObservedTable): Required<Pick<TableWriterOptions, 'onRouted' | 'onSchemaChange'>> {
  const parsing = new ParsingLog(log, systemClock);
  const label: TopicLabel = isOneOfSeveral ? { topic } : {};
  const warnUntimed = untimedWarning(eventTimeField, log);
  return {
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
