import { policyInJson } from '../consumer/batch/batch-policy.ts';
import type { CommitTools } from '../consumer/commit/tools/commit-tools.ts';
import { Ledger } from '../consumer/ledger/ledger.ts';
import { isWritten } from '../consumer/ledger/entry/ledger-entry.ts';
import { groupForSnapshots, type ReplayItem } from '../consumer/replay/replay-plan.ts';
import type { ReplayOptions } from '../consumer/replay/put-batch.ts';
import type { ReplayResult } from '../consumer/replay/put-batch.ts';
import { replayGroup } from '../consumer/replay/replay.ts';
import type { Settings } from '../app/config/settings.ts';
import { createCommitTools } from '../app/write/create-commit-tools.ts';
import { openTopic } from '../app/kafka/open-topic.ts';
import { TouchedPartitions } from '../app/maintain/touched-partitions.ts';
import { RecountHint } from '../app/hours/recount-hint.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';
import { createLogObserver } from '../app/observe/log-observer.ts';
import { printAll } from '../app/observe/output.ts';
import type { Replaying } from '../app/screen/progress-rows.ts';
import { showWork, type ShownWork } from '../app/screen/show-work.ts';
import type { Lake } from '../app/lake/lake.ts';
import { systemClock } from '../runtime/clock.ts';
import { showWritten } from '../app/write/create-snapshots.ts';
import { requireLocation } from '../app/lake/require-location.ts';
import { requireTable } from '../app/write/require-table.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { checkSelection, describe, planSelection, type ReplaySelection } from './plan-selection.ts';
import type { CommandContext } from './run-command.ts';

export interface ReplayCommandOptions extends ReplaySelection {
  /** Replaces a batch also when Kafka delivers fewer records for it than the lake has. */
  readonly allowLoss: boolean;
  readonly dryRun: boolean;
  readonly table?: string;
}

/** Reads a range again and replaces what it wrote; prints the plan once nothing refuses it as a whole, and what became of it. */
export async function replay(
  configured: Settings,
  options: ReplayCommandOptions,
  { log, stop, screen }: CommandContext,
): Promise<number> {
  checkSelection(options);
  const settings = withTable(configured, options.table);
  const { topic, groupId } = settings.kafka;
  const table = settings.table.name;
  await using reader = await openTopic(settings.kafka);
  const lake = await openLake(settings.lake);
  const description = await reader.describe();
  const { topicId } = description;
  const given = { beginsAnywhere: options.table !== undefined, allowLoss: options.allowLoss };
  const ledger = new Ledger(lake.store);
  await requireLocation(lake, settings, ledger);
  const plan = await planSelection(options, { reader, description, ledger, table, topic, groupId, ...given });
  if (options.dryRun) {
    printAll(plan.length === 0 ? [`nothing of ${topic} lies in that range`] : plan.map(describe));
    return 0;
  }
  const tools = await createCommitTools({ settings, lake, log, observer: createLogObserver(log) });
  if (tools.publication === undefined) await tools.writer.checkReplaceable();
  else await requireTable(lake, tools);
  printAll(plan.map(describe));
  const progress: ReplayProgress = { table, ranges: plan.length, passed: 0, left: 0, current: '' };
  await using shown = await showWork(screen, async () => {
    const { replayRows } = await import('../app/screen/progress-rows.ts');
    return (upMs) => replayRows({ ...progress, upMs });
  });
  const run = new ReplayRun({ settings, lake, tools, progress, shown, allowLoss: options.allowLoss });
  const isWhole = await run.replay(plan, {
    reader,
    tools,
    policy: policyInJson(settings.batch, () => tools.writer.expansionOf(tools.recipe)),
    allowLoss: options.allowLoss,
    signal: stop.signal,
    topicId,
  });
  if (!isWhole) return stop.exitCode();
  await run.end(stop.signal);
  return run.hasRefused ? exitCodes.different : stop.exitCode();
}

/** A replay under way: carries out its plan and keeps what is to be said and done at its end. */
class ReplayRun {
  readonly #of: RunParts;
  readonly #hint = new RecountHint(systemClock.nowMs());
  readonly #touched: TouchedPartitions;
  #hasRefused = false;

  constructor(parts: RunParts) {
    this.#of = parts;
    this.#touched = new TouchedPartitions(parts.lake, parts.settings);
  }

  /** What was to be read again was left as it is, to lose nothing. */
  get hasRefused(): boolean {
    return this.#hasRefused;
  }

  /** Carries out the plan; false when the signal came first. */
  async replay(plan: readonly ReplayItem[], options: ReplayOptions): Promise<boolean> {
    const groups = this.#of.tools.publication === undefined ? plan.map((item) => [item]) : groupForSnapshots(plan);
    for (const group of groups) {
      if (options.signal.aborted) return false;
      const results = await replayGroup(group, options, (item) => this.#begin(item));
      for (const [index, result] of results.entries()) {
        const item = group[index];
        if (item !== undefined) await this.#note(item, result);
      }
      if (results.length < group.length) return false;
    }
    return true;
  }

  /** Shows readers what was written, and prints what there is to do now and how many ranges were replayed. */
  async end(signal: AbortSignal): Promise<void> {
    const { lake, tools, settings, progress, shown } = this.#of;
    const { table, topic } = tools;
    await showWritten(lake, tools, settings.table);
    for (const line of await this.#touched.follow(signal)) shown.print(line);
    for (const line of await this.#hint.lines(lake.store, { table, topic })) shown.print(line);
    const { ranges, left } = progress;
    shown.print(`replayed ${ranges - left} ranges of ${table}, left ${left} alone`);
  }

  #begin(item: ReplayItem): void {
    const { progress } = this.#of;
    if (progress.current !== '') progress.passed++;
    progress.current = describe(item);
  }

  async #note(item: ReplayItem, result: ReplayResult): Promise<void> {
    const { progress, shown } = this.#of;
    const { before = [] } = result;
    const entries = 'current' in item && result.kind === 'done' ? [item.current.entry] : before;
    for (const entry of entries) {
      this.#hint.note(entry);
      if (isWritten(entry)) await this.#touched.note(entry);
    }
    if (result.kind === 'done') return;
    progress.left++;
    if (result.isRefused ?? isRefusal(item, this.#of.allowLoss)) this.#hasRefused = true;
    if (item.kind !== 'leave' || result.why !== item.why)
      shown.print(describe({ ...item, kind: 'leave', why: result.why }));
  }
}

/** True when what was left alone was to be read again, and nobody has said that it may get lost. */
function isRefusal(item: ReplayItem, allowLoss: boolean): boolean {
  if (item.kind === 'leave') return item.isRefused === true;
  return item.kind !== 'tidy' || !allowLoss;
}

interface RunParts {
  readonly settings: Settings;
  readonly lake: Lake;
  readonly tools: CommitTools;
  readonly progress: ReplayProgress;
  readonly shown: ShownWork;
  readonly allowLoss: boolean;
}

interface ReplayProgress extends Omit<Replaying, 'passed' | 'left' | 'current' | 'upMs'> {
  passed: number;
  left: number;
  current: string;
}

/** The same settings with another table, when one is given. */
function withTable(settings: Settings, name: string | undefined): Settings {
  return name === undefined ? settings : { ...settings, table: { ...settings.table, name } };
}
