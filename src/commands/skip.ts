import { createCommitTools } from '../app/write/create-commit-tools.ts';
import { openTopic } from '../app/kafka/open-topic.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';
import { createLogObserver } from '../app/observe/log-observer.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { printLines } from '../app/observe/output.ts';
import type { Settings } from '../app/config/settings.ts';
import { showWork } from '../app/screen/show-work.ts';
import { skipRange } from '../consumer/commit/gap/skip-range.ts';
import type { OffsetRange, TopicReader } from '../consumer/ports/topic.ts';
import { findReadable, isReadable } from '../consumer/replay/find-readable.ts';
import { wrongUsage } from '../runtime/errors.ts';
import type { CommandContext } from './run-command.ts';

export interface SkipCommandOptions {
  readonly partition: number;
  readonly offset: bigint;
  readonly to?: bigint;
  readonly reason: string;
  /** Milliseconds to wait until everything before the range is written. */
  readonly wait: number;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** Books a range that can't be read as a gap, so that its partition goes on. Safe beside a running consumer. */
export async function skip(
  settings: Settings,
  options: SkipCommandOptions,
  { log, stop, screen }: CommandContext,
): Promise<number> {
  const { reason, wait: waitMs, dryRun } = options;
  await using reader = await openTopic(settings.kafka);
  const range = await chooseRange(reader, options);
  const where = `partition ${range.partition} [${range.from}, ${range.to}), ${range.to - range.from} offsets`;
  if (dryRun) printLines(`${where}: would be booked as a gap of ${settings.table.name}`);
  if (dryRun) return exitCodes.done;
  const lake = await openLake(settings.lake);
  const tools = await createCommitTools({ settings, lake, log, observer: createLogObserver(log) });
  {
    await using _shown = await showWork(screen, async () => {
      const { skipRows } = await import('../app/screen/progress-rows.ts');
      return (upMs) => skipRows({ range: where, upMs });
    });
    await skipRange({ ...range, reason, waitMs, signal: stop.signal }, { reader, tools });
  }
  printLines(`${where}: booked as a gap of ${tools.table}; a running service goes on by itself`);
  return exitCodes.done;
}

/** The range that was asked for; without an end, up to the next record that can be read. */
async function chooseRange(
  reader: TopicReader,
  { partition, offset: from, to: end, force }: SkipCommandOptions,
): Promise<OffsetRange> {
  const { partitions } = await reader.describe();
  const marks = partitions.get(partition);
  if (marks === undefined) throw wrongUsage(`the topic has no partition ${partition}`);
  const { low, high } = marks;
  if (from < low || from >= high)
    throw wrongUsage(`partition ${partition} holds offsets ${low} to ${high - 1n}, not ${from}`);
  if (end !== undefined && end <= from) throw wrongUsage(`nothing lies in [${from}, ${end}): say --offset below --to`);
  if (end !== undefined && end > high)
    throw wrongUsage(`partition ${partition} ends at ${high}, before --to ${end}: what comes later can't be skipped`);
  if (!force && (await isReadable(reader, { partition, from })))
    throw wrongUsage(
      `the record at offset ${from} of partition ${partition} can be read`,
      '--force skips it all the same',
    );
  return { partition, from, to: end ?? (await findReadable(reader, { partition, from, to: high })) };
}
