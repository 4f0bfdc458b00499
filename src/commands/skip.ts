import { createCommitTools } from '../app/create-commit-tools.ts';
import { connectKafka } from '../app/connect-kafka.ts';
import { exitCodes } from '../app/exit-codes.ts';
import { createLogObserver } from '../app/log-observer.ts';
import type { Logger } from '../app/logger.ts';
import { openLake } from '../app/open-lake.ts';
import { printLines } from '../app/output.ts';
import type { Settings } from '../app/settings.ts';
import { skipRange } from '../consumer/replay/skip-range.ts';
import { createTopicReader } from '../kafka/topic-reader.ts';
import { systemClock } from '../runtime/clock.ts';

export interface SkipCommandOptions {
  readonly partition: number;
  readonly offset: bigint;
  readonly to?: bigint;
  readonly reason: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** Books a range that can't be read as a gap, so that its partition goes on. Safe beside a running consumer. */
export async function skip(settings: Settings, options: SkipCommandOptions, log: Logger): Promise<number> {
  const { partition, offset, reason, force: isForced, dryRun } = options;
  const { kafka } = await connectKafka(settings.kafka, { patience: 'one-off', nowMs: systemClock.nowMs() });
  const lake = await openLake(settings.lake);
  const tools = await createCommitTools({ settings, lake, log, observer: createLogObserver(log) });
  await using reader = createTopicReader({ kafka, topic: settings.kafka.topic });
  const request = { partition, from: offset, to: options.to, why: reason, isForced, dryRun };
  const { from, to } = await skipRange(request, { reader, tools });
  const where = `partition ${partition} [${from}, ${to}), ${to - from} offsets`;
  printLines(
    dryRun ? `${where}: would be booked as a gap of ${tools.table}` : `${where}: booked as a gap of ${tools.table}`,
    ...(dryRun ? [] : ['`glueless verify` names it until `glueless verify --acknowledge-gaps`']),
  );
  return exitCodes.done;
}
