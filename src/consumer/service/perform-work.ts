import { hasCode, unreachable } from '../../runtime/errors.ts';
import { decodeLimitsOf, type BatchPolicy } from '../batch/batch-policy.ts';
import { commitBatch } from '../commit/commit-batch.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { recordGap } from '../commit/gap/record-gap.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import { commitMetadata } from '../ledger/topic/chain-position.ts';
import type { Versioned } from '../ledger/chain/entry-store.ts';
import type { CommittedEntry } from '../ledger/entry/ledger-entry.ts';
import type { RecordSource } from '../ports/topic.ts';
import type { Task } from './next-task.ts';
import type { Claim, WorkOutcome } from './partition-state.ts';
import type { PartitionWork } from './partition-work.ts';
import type { TopicIdentity } from '../ledger/topic/topic-identity.ts';

export interface WorkTools {
  readonly tools: CommitTools;
  readonly policy: BatchPolicy;
  readonly source: Pick<RecordSource, 'commit'>;
  readonly identity: TopicIdentity;
}

/** Does the partition's next piece of work. Nothing is claimed of a topic that has taken the place of the assigned one. */
export async function performWork(work: PartitionWork, task: Task, workTools: WorkTools): Promise<WorkOutcome> {
  if (work.isRevoked) return { kind: 'dropped' };
  switch (task.kind) {
    case 'commit':
      return commit(work, task, workTools);
    case 'close-gap':
      return closeGap(work, task.upTo, workTools);
    case 'look-past':
      return lookPast(work, task.claim, workTools);
    default:
      return unreachable(task);
  }
}

async function commit(
  work: PartitionWork,
  { reason, claimed }: Extract<Task, { kind: 'commit' }>,
  workTools: WorkTools,
): Promise<WorkOutcome> {
  const { tools, policy } = workTools;
  const batch = claimed === undefined ? work.buffer.cut(policy) : work.buffer.cutAt(claimed.claim.entry.to);
  await checkTopic(work, workTools);
  const result = await commitBatch(
    {
      batch,
      reason,
      limits: decodeLimitsOf(policy),
      topicId: work.topicId,
      claim: claimed?.claim,
      lost: claimed?.lost,
      commitOffset: (entry) => commitOffset(work, entry, workTools),
    },
    tools,
  );
  if (result.kind !== 'committed') return yieldTo(result.found, workTools);
  const { to } = result.entry;
  return { kind: 'written', to, ...(to < batch.to && { rest: result.reason }) };
}

async function closeGap(work: PartitionWork, upTo: bigint, workTools: WorkTools): Promise<WorkOutcome> {
  const { partition, buffer, topicId } = work;
  await checkTopic(work, workTools);
  const gap = { partition, from: buffer.from, to: upTo, topicId };
  const result = await stepRunner(workTools.tools)('claim', () => recordGap(gap, workTools.tools));
  return result.kind === 'theirs' ? yieldTo(result.found, workTools) : { kind: 'written', to: upTo };
}

/** Somebody may have skipped what can't be read, or changed the claim that can't be fulfilled; otherwise it is read again. */
async function lookPast(
  { partition, buffer }: PartitionWork,
  claim: Claim | undefined,
  workTools: WorkTools,
): Promise<WorkOutcome> {
  const { ledger, table, topic } = workTools.tools;
  const found = await stepRunner(workTools.tools)('position', () =>
    ledger.get({ table, topic, partition }, buffer.from),
  );
  if (found === undefined || (claim !== undefined && found.version === claim.version)) return { kind: 'retry', claim };
  return yieldTo(found, workTools);
}

/** Rejects with TOPIC_RECREATED when the batch, which was fetched before, may be of another topic. */
async function checkTopic({ topicId }: PartitionWork, { tools, identity }: WorkTools): Promise<void> {
  await stepRunner(tools)('topic', () => identity.check(topicId));
}

/** Another process was first: what it claimed or wrote is what counts. */
function yieldTo(found: Versioned, { tools }: WorkTools): WorkOutcome {
  const { entry } = found;
  const { partition, from, to, writer } = entry;
  tools.observer.conflict?.({ partition, from, theirs: writer });
  if (entry.state === 'claimed') return { kind: 'claimFound', claim: { ...found, entry } };
  return { kind: 'written', to };
}

async function commitOffset(work: PartitionWork, entry: CommittedEntry, { source }: WorkTools): Promise<void> {
  if (work.isRevoked) return;
  try {
    await source.commit(work.partition, entry.to, commitMetadata(entry.table, entry.from));
  } catch (error) {
    // the ledger has the batch; who owns the partition now finds it there
    if (!hasCode(error, 'MEMBERSHIP_LOST')) throw error;
    work.revoke();
  }
}
