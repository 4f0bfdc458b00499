import type { TopicPath } from '../consumer/ledger/keys/ledger-keys.ts';
import { Ledger } from '../consumer/ledger/ledger.ts';
import type { Versioned } from '../consumer/ledger/chain/entry-store.ts';
import { isWritten, type WrittenEntry } from '../consumer/ledger/entry/ledger-entry.ts';
import { decodeLimitsOf, policyInJson } from '../consumer/batch/batch-policy.ts';
import { redriveEntries } from '../consumer/replay/redrive.ts';
import type { RedriveResult } from '../consumer/replay/redriven-pieces.ts';
import type { RejectReason } from '../consumer/columns/parse/parse-record.ts';
import type { Settings } from '../app/config/settings.ts';
import { createCommitTools } from '../app/write/create-commit-tools.ts';
import { TouchedPartitions } from '../app/maintain/touched-partitions.ts';
import { RecountHint } from '../app/hours/recount-hint.ts';
import { createLogObserver } from '../app/observe/log-observer.ts';
import { printAll, printLines } from '../app/observe/output.ts';
import { requireLedger } from '../app/lake/require-ledger.ts';
import { showWritten } from '../app/write/create-snapshots.ts';
import { requireTable } from '../app/write/require-table.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { showWork } from '../app/screen/show-work.ts';
import { systemClock } from '../runtime/clock.ts';
import type { CommandContext } from './run-command.ts';

export interface RedriveCommandOptions {
  readonly reason?: RejectReason;
  readonly dryRun: boolean;
}

/** Sends all dead letters of the table through the current rules and prints how many became rows. */
export async function redrive(
  settings: Settings,
  options: RedriveCommandOptions,
  { log, stop, screen }: CommandContext,
): Promise<number> {
  const lake = await openLake(settings.lake);
  const tools = await createCommitTools({ settings, lake, log, observer: createLogObserver(log) });
  if (tools.publication !== undefined) await requireTable(lake, tools);
  else if (!options.dryRun) await tools.writer.checkReplaceable();
  const { table, topic } = tools;
  const ledger = new Ledger(lake.store);
  await requireLedger(ledger, settings);
  const limits = decodeLimitsOf(policyInJson(settings.batch, () => tools.writer.expansionOf(tools.recipe)));
  const total = { entries: 0, passed: 0, tombstones: 0, left: 0 };
  const hint = new RecountHint(systemClock.nowMs());
  const touched = new TouchedPartitions(lake, settings);
  await using stack = new AsyncDisposableStack();
  stack.use(
    await showWork(screen, async () => {
      const { redriveRows } = await import('../app/screen/progress-rows.ts');
      return (upMs) => redriveRows({ table, ...total, upMs });
    }),
  );
  await redriveEntries(writtenEntries(ledger, { table, topic }, total), {
    tools,
    store: lake.store,
    parquet: lake.parquet,
    limits,
    reason: options.reason,
    isDryRun: options.dryRun,
    signal: stop.signal,
    onRedriven: async (entry, { passed, tombstones, left }) => {
      total.passed += passed;
      total.tombstones += tombstones;
      total.left += left;
      if (passed === 0) return;
      hint.note(entry);
      if (!options.dryRun) await touched.note(entry);
    },
  });
  if (stop.signal.aborted) return stop.exitCode();
  if (!options.dryRun) await showWritten(lake, tools, settings.table);
  await stack.disposeAsync();
  printLines(redrivenLine(total, table, options));
  if (!options.dryRun) printAll(await touched.follow(stop.signal));
  if (!options.dryRun) printLines(...(await hint.lines(lake.store, { table, topic })));
  return stop.exitCode();
}

/** Says what became of each dead letter. */
export function redrivenLine(
  { passed, tombstones, left }: RedriveResult,
  table: string,
  { dryRun }: Pick<RedriveCommandOptions, 'dryRun'>,
): string {
  const [become, count] = dryRun ? ['would become', 'would count'] : ['became', 'count'];
  const empty = tombstones === 0 ? '' : `${tombstones} ${count} as tombstones (empty arrays), `;
  return `${passed} dead letters of ${table} ${become} rows, ${empty}${left} stay`;
}

/** Reads the entries whose objects are in the lake, partition by partition; `total` counts all that were looked at. */
async function* writtenEntries(
  ledger: Ledger,
  path: TopicPath,
  total: { entries: number },
): AsyncIterable<Versioned<WrittenEntry>> {
  for (const partition of await ledger.partitions(path))
    for await (const current of ledger.entries({ ...path, partition })) {
      total.entries++;
      if (isWritten(current.entry)) yield { ...current, entry: current.entry };
    }
}
