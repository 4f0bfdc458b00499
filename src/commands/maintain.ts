import { describeUpkeep } from '../app/maintain/describe-upkeep.ts';
import { runUpkeep } from '../app/maintain/open-upkeep.ts';
import { printJson, printLines } from '../app/observe/output.ts';
import { openLake } from '../app/open-lake.ts';
import type { Settings } from '../app/config/settings.ts';
import type { StopSignal } from '../app/signals.ts';
import type { UpkeepEvent } from '../consumer/maintain/upkeep.ts';
import { systemClock } from '../runtime/clock.ts';

export interface MaintainCommandOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
}

const hiveFilesStay = 'small files of a Hive table are not merged: docs/maintain.md says why, and what helps';

/** Keeps the table in shape, once, and prints what it did. */
export async function maintain(
  settings: Settings,
  { dryRun: isDryRun, json }: MaintainCommandOptions,
  { stop }: { readonly stop: StopSignal },
): Promise<number> {
  const lake = await openLake(settings.lake);
  const events: UpkeepEvent[] = [];
  const observe = (event: UpkeepEvent): void => {
    events.push(event);
    if (!json) printLines(describeUpkeep(event, isDryRun));
  };
  await runUpkeep(settings, { lake, nowMs: systemClock.nowMs(), isDryRun, signal: stop.signal, observe });
  if (settings.table.format === 'hive' && !json) printLines(`${settings.table.name}: ${hiveFilesStay}`);
  if (json) printJson(events, 2);
  else if (events.length === 0) printLines(`${settings.table.name}: nothing to do`);
  return stop.exitCode();
}
