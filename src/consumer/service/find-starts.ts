import { mapConcurrently, readsAtOnce } from '../../runtime/concurrency.ts';
import { rememberSuccess } from '../../runtime/memo.ts';
import { discardLeftovers } from '../commit/write/leftovers.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import { findPosition, headMissing, readCommitMetadata, type ChainPosition } from '../ledger/topic/chain-position.ts';
import type { LedgerPath } from '../ledger/keys/ledger-keys.ts';
import type { AssignedPartition, TopicReader } from '../ports/topic.ts';
import { checkLastObject } from './check-last-object.ts';
import type { TopicStart } from '../ledger/notes/topic-start.ts';
import { beginPartition, decideTopicStart, positionFromNoted, type Start } from './choose-start.ts';
import { PartitionWork } from './partition-work.ts';

export interface FindStartsOptions {
  readonly tools: CommitTools;
  readonly reader: TopicReader;
  /** Where a topic begins that the ledger does not know. */
  readonly start: Start;
  /** Resolves when the work of an earlier assignment on the partition has ended. */
  readonly settled: (partition: number) => Promise<void> | undefined;
  /** Ends the search when another assignment came meanwhile. */
  readonly signal: AbortSignal;
}

/** Finds where each partition goes on; what may succeed later is tried again, as every step is. */
export async function findStarts(
  partitions: readonly AssignedPartition[],
  { tools, reader, start, settled, signal }: FindStartsOptions,
): Promise<PartitionWork[]> {
  const step = stepRunner(tools, signal);
  const { ledger, table, topic } = tools;
  const topicStart = rememberSuccess<void, TopicStart | undefined>(() =>
    step('position', () => decideTopicStart(tools, reader, start)),
  );
  return mapConcurrently(partitions, readsAtOnce, async (assigned) => {
    const { partition } = assigned;
    // what is on its way ends in the ledger, whoever counts it
    await settled(partition);
    const otherTable = readCommitMetadata(assigned.committed?.metadata)?.table;
    if (otherTable !== undefined && otherTable !== table) tools.observer.groupShared?.({ partition, otherTable });
    const path = { table, topic, partition };
    const position = await step('position', () => findPosition(path, assigned, { ledger, reader }));
    const { last, untidy } = position;
    if (last !== undefined) await checkLastObject(last, tools, step);
    if (untidy !== undefined) await step('position', () => discardLeftovers(untidy, tools));
    if (position.isFirst !== true) return new PartitionWork(assigned, position);
    const begun = beginPartition(assigned, await topicStart(), tools.clock.nowMs());
    const noted = await step('position', () => ledger.noteStart(path, begun.start));
    // a ledger that is being closed ends at the starts that are noted: this one may have come too late
    await step('position', () => ledger.requireOpen(path));
    const first = positionFromNoted(begun.position, noted, assigned);
    await step('position', () => checkNothingWritten(path, first, tools));
    return new PartitionWork(assigned, first);
  });
}

/** Rejects with LEDGER_BEHIND when the lake has objects of what would be booked as lost: then it is the ledger that has lost entries. */
async function checkNothingWritten(
  path: LedgerPath,
  { next, lostUpTo }: ChainPosition,
  { writer }: Pick<CommitTools, 'writer'>,
): Promise<void> {
  if (lostUpTo === undefined) return;
  const [object] = await writer.objects.findMeeting({ ...path, from: next, to: lostUpTo });
  if (object !== undefined) throw headMissing(path, { next, low: lostUpTo, key: object.key });
}
