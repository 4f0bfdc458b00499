import { describeUpkeep } from '../app/maintain/describe-upkeep.ts';
import { runUpkeep } from '../app/maintain/open-upkeep.ts';
import { printJson, printLines } from '../app/observe/output.ts';
import { openLake } from '../app/lake/open-lake.ts';
import type { Settings } from '../app/config/settings.ts';
import type { Screen } from '../app/screen/screen.ts';
import { showWork, type ShownWork } from '../app/screen/show-work.ts';
import type { UpkeepEvent } from '../consumer/maintain/upkeep.ts';
import { systemClock } from '../runtime/clock.ts';
import type { CommandContext } from './run-command.ts';

export interface MaintainCommandOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
}

const hiveFilesStay =
  'small files of a Hive table are merged only where MERGE_HIVE_FILES is true: docs/maintain.md says what that means for readers';

/** Keeps the table in shape, once, and prints what it did. */
export async function maintain(
  settings: Settings,
  { dryRun: isDryRun, json }: MaintainCommandOptions,
  { stop, screen }: Pick<CommandContext, 'stop' | 'screen'>,
): Promise<number> {
  const lake = await openLake(settings.lake);
  const { name: table, format } = settings.table;
  const events: UpkeepEvent[] = [];
  {
    await using shown = await showUpkeep(table, events, screen);
    const observe = (event: UpkeepEvent): void => {
      if (event.kind !== 'merging') events.push(event);
      if (!json) shown.print(describeUpkeep(event, isDryRun));
    };
    await runUpkeep(settings, { lake, nowMs: systemClock.nowMs(), isDryRun, signal: stop.signal, observe });
  }
  if (format === 'hive' && !settings.maintain.mergesHiveFiles && !json) printLines(`${table}: ${hiveFilesStay}`);
  if (json) printJson(events, 2);
  else if (events.length === 0) printLines(`${table}: nothing to do`);
  return stop.exitCode();
}

/** Shows what was done so far, if there is a screen: `events` as they come. */
function showUpkeep(table: string, events: readonly UpkeepEvent[], screen: Screen | undefined): Promise<ShownWork> {
  const filesOf = (...kinds: readonly UpkeepEvent['kind'][]): number =>
    events.reduce((sum, event) => sum + (kinds.includes(event.kind) && 'files' in event ? event.files : 0), 0);
  return showWork(screen, async () => {
    const { upkeepRows } = await import('../app/screen/progress-rows.ts');
    return (upMs) =>
      upkeepRows({
        table,
        merged: filesOf('merged'),
        deleted: filesOf('partitions-removed', 'orphans-deleted', 'uploads-deleted'),
        left: filesOf('left-alone'),
        upMs,
      });
  });
}
