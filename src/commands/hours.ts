import { openHours } from '../app/hours/open-hours.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';
import { watchHours } from '../app/observe/hour-watch.ts';
import type { Logger } from '../app/observe/logger.ts';
import { printJson, printAll } from '../app/observe/output.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { requireFormat } from '../app/lake/require-format.ts';
import { openTopic } from '../app/kafka/open-topic.ts';
import type { Settings } from '../app/config/settings.ts';
import type { HourState } from '../hours/hour-state.ts';
import { readHours } from '../hours/read-hours.ts';
import { alignColumns } from '../report/format.ts';

export interface HoursCommandOptions {
  readonly since?: string;
  readonly settle: boolean;
  readonly json: boolean;
}

/** Prints which hours of the table are complete. `settle`: finds out first, as the service does on its schedule. */
export async function showHours(
  settings: Settings,
  { since, settle, json }: HoursCommandOptions,
  log: Logger,
): Promise<number> {
  const lake = await openLake(settings.lake);
  if (settle) {
    await requireFormat(lake, settings);
    await using reader = await openTopic(settings.kafka);
    const hours = await openHours(settings, { lake, reader, watch: watchHours(log) });
    await hours.settle(since === undefined ? undefined : `${since}T00`);
  }
  const topicTable = { table: settings.table.name, topic: settings.kafka.topic };
  const states = await readHours({ store: lake.store, ...topicTable, since });
  if (json) printJson(states);
  else printAll(formatHours(states));
  return exitCodes.done;
}

function formatHours(states: readonly HourState[]): string[] {
  if (states.length === 0)
    return ['no hour is settled yet: `--settle` does it, or the service with HOURS_EVERY_SECONDS'];
  const cells = states.map(({ hour, state, rows, lateRows, since = '' }) => [
    hour,
    state,
    String(rows),
    String(lateRows),
    since,
  ]);
  const open = states.filter(({ state }) => state !== 'complete').length;
  return [
    ...alignColumns([['hour (UTC)', 'state', 'rows', 'late rows', 'since'], ...cells]),
    `${states.length} hours, ${states.length - open} complete, ${open} open`,
  ];
}
