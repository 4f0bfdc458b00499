import { policyInJson } from '../consumer/batch/batch-policy.ts';
import { checkNotBehind, checkSameLog } from '../consumer/ledger/chain-position.ts';
import { readGroupCommits } from '../consumer/ledger/group-commits.ts';
import type { Versioned } from '../consumer/ledger/entry-store.ts';
import { Ledger } from '../consumer/ledger/ledger.ts';
import { isWritten } from '../consumer/ledger/ledger-entry.ts';
import type { LedgerPath } from '../consumer/ledger/ledger-keys.ts';
import type {
  CommittedOffset,
  OffsetRange,
  TopicDescription,
  TopicReader,
  Watermarks,
} from '../consumer/ports/topic.ts';
import { groupForSnapshots, planReplay, type ReplayItem } from '../consumer/replay/replay-plan.ts';
import { replayGroup } from '../consumer/replay/replay.ts';
import type { Settings } from '../app/config/settings.ts';
import { PipelineError, unreachable } from '../runtime/errors.ts';
import type { Logger } from '../app/observe/logger.ts';
import { createCommitTools } from '../app/create-commit-tools.ts';
import { openTopic } from '../app/open-topic.ts';
import { TouchedPartitions } from '../app/maintain/touched-partitions.ts';
import { RecountHint } from '../app/hours/recount-hint.ts';
import { createLogObserver } from '../app/observe/log-observer.ts';
import { printLines } from '../app/observe/output.ts';
import type { Replaying } from '../app/screen/progress-rows.ts';
import type { Screen } from '../app/screen/screen.ts';
import { systemClock } from '../runtime/clock.ts';
import { showWritten } from '../app/create-snapshots.ts';
import { requireTable } from '../app/require-table.ts';
import { openLake } from '../app/open-lake.ts';
import type { StopSignal } from '../app/signals.ts';

export interface ReplayCommandOptions {
  readonly partition?: number;
  readonly fromOffset?: bigint;
  readonly toOffset?: bigint;
  readonly fromTime?: Date;
  readonly toTime?: Date;
  readonly all: boolean;
  /** Replaces a batch also when Kafka delivers fewer records for it than the lake has. */
  readonly allowLoss: boolean;
  readonly dryRun: boolean;
  readonly table?: string;
}

export interface ReplayContext {
  readonly log: Logger;
  readonly stop: StopSignal;
  readonly screen?: Screen;
}

/** Reads a range again and replaces what it wrote; prints the plan once nothing refuses it as a whole, and what became of it. */
export async function replay(
  configured: Settings,
  options: ReplayCommandOptions,
  { log, stop, screen }: ReplayContext,
): Promise<number> {
  checkSelection(options);
  const settings = withTable(configured, options.table);
  const { topic } = settings.kafka;
  const table = settings.table.name;
  await using reader = await openTopic(settings.kafka);
  const lake = await openLake(settings.lake);
  const description = await reader.describe();
  const { topicId } = description;
  const selections = await selectRanges(reader, description.partitions, options);
  const beginsAnywhere = options.table !== undefined;
  const committed = await readGroupCommits(reader, settings.kafka.groupId);
  const planTools = { ledger: new Ledger(lake.store), reader, table, topic, topicId, committed, beginsAnywhere };
  const plan = await planAll(selections, planTools);
  if (options.dryRun) {
    for (const item of plan) printLines(describe(item));
    return 0;
  }
  const tools = await createCommitTools({ settings, lake, log, observer: createLogObserver(log) });
  if (tools.publication === undefined) await tools.writer.checkReplaceable();
  else await requireTable(lake, tools);
  for (const item of plan) printLines(describe(item));
  const hint = new RecountHint(systemClock.nowMs());
  const touched = new TouchedPartitions(lake, settings);
  const progress = { table, ranges: plan.length, passed: 0, left: 0, current: '' };
  await using shown = await showProgress(progress, screen);
  const replayOptions = {
    reader,
    tools,
    policy: policyInJson(settings.batch, () => tools.writer.growthOf(tools.recipe)),
    allowLoss: options.allowLoss,
    signal: stop.signal,
    ...(topicId !== undefined && { topicId }),
  };
  const begin = (item: ReplayItem): void => {
    if (progress.current !== '') progress.passed++;
    progress.current = describe(item);
  };
  for (const group of tools.publication === undefined ? plan.map((item) => [item]) : groupForSnapshots(plan)) {
    if (stop.signal.aborted) return stop.exitCode();
    const results = await replayGroup(group, replayOptions, begin);
    for (const [index, result] of results.entries()) {
      const item = group[index];
      if (result.kind === 'done' && item !== undefined && 'current' in item) {
        const { entry } = item.current;
        hint.note(entry);
        if (isWritten(entry)) await touched.note(entry);
      }
      if (result.kind === 'done') continue;
      progress.left++;
      if (item !== undefined && item.kind !== 'leave')
        shown.print(describe({ ...item, kind: 'leave', why: result.why }));
    }
    if (results.length < group.length) return stop.exitCode();
  }
  await showWritten(lake, tools, settings.table);
  for (const line of await touched.follow(stop.signal)) shown.print(line);
  for (const line of await hint.lines(lake.store, { table, topic })) shown.print(line);
  const { left } = progress;
  shown.print(`replayed ${plan.length - left} ranges of ${table}, left ${left} alone`);
  return stop.exitCode();
}

interface ShownProgress extends AsyncDisposable {
  /** Prints a result, where the screen is not in its way. */
  print(line: string): void;
}

/** Shows how far the plan is, if there is a screen: `progress` as it changes. */
async function showProgress(progress: Omit<Replaying, 'upMs'>, screen: Screen | undefined): Promise<ShownProgress> {
  if (screen === undefined) return { print: printLines, [Symbol.asyncDispose]: () => Promise.resolve() };
  const { replayRows } = await import('../app/screen/progress-rows.ts');
  const startMs = systemClock.monotonicMs();
  const view = () => replayRows({ ...progress, upMs: systemClock.monotonicMs() - startMs });
  const shown = screen.show(view, () => []);
  return {
    print: (line) => screen.aside(() => printLines(line)),
    [Symbol.asyncDispose]: () => shown[Symbol.asyncDispose](),
  };
}

/** The same settings with another table, when one is given. */
function withTable(settings: Settings, name: string | undefined): Settings {
  return name === undefined ? settings : { ...settings, table: { ...settings.table, name } };
}

function checkSelection({ all, fromOffset, toOffset, fromTime, toTime, partition }: ReplayCommandOptions): void {
  const byOffset = fromOffset !== undefined || toOffset !== undefined;
  const byTime = fromTime !== undefined || toTime !== undefined;
  if ([all, byOffset, byTime].filter(Boolean).length !== 1) {
    throw usage('say which records: --all, or --from-offset/--to-offset with --partition, or --from-time/--to-time');
  }
  if (fromOffset !== undefined && toOffset !== undefined && fromOffset >= toOffset)
    throw usage(`nothing lies in [${fromOffset}, ${toOffset}): say --from-offset below --to-offset`);
  if (fromTime !== undefined && toTime !== undefined && fromTime >= toTime)
    throw usage('nothing lies between these times: say --from-time before --to-time');
  if (byOffset && partition === undefined) throw usage('offsets belong to one Kafka partition: say --partition too');
}

function usage(message: string): PipelineError {
  return new PipelineError('USAGE_INVALID', { message, retryable: false });
}

interface Selection {
  readonly range: OffsetRange;
  readonly marks: Watermarks;
}

async function selectRanges(
  reader: TopicReader,
  watermarks: TopicDescription['partitions'],
  options: ReplayCommandOptions,
): Promise<Selection[]> {
  const { fromOffset, toOffset, fromTime, toTime, partition: only } = options;
  const starts = fromTime && (await reader.offsetsAt(fromTime.getTime()));
  const ends = toTime && (await reader.offsetsAt(toTime.getTime()));
  if (only !== undefined && !watermarks.has(only)) throw usage(`the topic has no partition ${only}`);
  return [...watermarks]
    .filter(([partition]) => only === undefined || partition === only)
    .map(([partition, marks]) => {
      // what the ledger has below the low watermark is listed too, and left alone
      const from = fromOffset ?? starts?.get(partition) ?? 0n;
      const to = toOffset ?? ends?.get(partition) ?? marks.high;
      return { range: { partition, from, to }, marks };
    })
    .toSorted((a, b) => a.range.partition - b.range.partition);
}

async function planAll(
  selections: readonly Selection[],
  { ledger, reader, table, topic, topicId, committed, beginsAnywhere }: PlanTools,
): Promise<ReplayItem[]> {
  const plan: ReplayItem[] = [];
  for (const { range, marks } of selections) {
    if (range.from >= range.to) continue;
    const path = { table, topic, partition: range.partition };
    const last = await ledger.last(path, undefined);
    const commit = committed?.get(range.partition);
    checkNotBehind(path, commit === undefined ? {} : { committed: commit }, last?.entry);
    if (last !== undefined) await checkSameLog(path, last.entry, { ...marks, topicId }, { ledger, reader });
    const entries = await entriesFor(range, path, last?.entry.to, ledger);
    plan.push(...planReplay(range, entries, marks, { beginsAnywhere }));
  }
  return plan;
}

interface PlanTools {
  readonly ledger: Ledger;
  readonly reader: TopicReader;
  readonly table: string;
  readonly topic: string;
  readonly topicId: string | undefined;
  /** The service's group has committed as far, which the ledger must have reached; `undefined` where it can't be known. */
  readonly committed: ReadonlyMap<number, CommittedOffset> | undefined;
  readonly beginsAnywhere: boolean;
}

/** The entries that meet the range, and the chain's last one: what lies between it and the range is written too. */
async function entriesFor(
  { from, to }: OffsetRange,
  path: LedgerPath,
  chainEnd: bigint | undefined,
  ledger: Ledger,
): Promise<Versioned[]> {
  if (chainEnd === undefined) return [];
  const first = from < chainEnd ? from : chainEnd - 1n;
  return Array.fromAsync(ledger.entries(path, { from: first, to: to > first ? to : chainEnd }));
}

function describe(item: ReplayItem): string {
  const { partition, from, to } = item.range;
  const where = `partition ${partition} [${from}, ${to})`;
  switch (item.kind) {
    case 'replace':
      return `${where}: will be read again, and its objects replaced`;
    case 'finish':
      return `${where}: claimed and never written, will be finished`;
    case 'write':
      return `${where}: not in the ledger yet, will be written`;
    case 'tidy':
      return `${where}: Kafka no longer holds it, what an earlier replay has replaced will be deleted`;
    case 'undo':
      return `${where}: a replay or redrive of it did not end and Kafka no longer holds it, will go back to its objects`;
    case 'leave':
      return `${where}: left alone: ${item.why}`;
    default:
      return unreachable(item);
  }
}
