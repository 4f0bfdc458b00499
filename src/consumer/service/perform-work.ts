import { PipelineError } from '../../runtime/errors.ts';
import type { BatchPolicy, CutReason } from '../batch/batch-policy.ts';
import { commitBatch } from '../commit/commit-batch.ts';
import type { CommitTools } from '../commit/commit-tools.ts';
import { recordGap } from '../commit/record-gap.ts';
import { stepRunner } from '../commit/step-runner.ts';
import { commitMetadata } from '../ledger/chain-position.ts';
import type { Versioned } from '../ledger/ledger.ts';
import type { CommittedEntry } from '../ledger/ledger-entry.ts';
import type { RecordSource } from '../ports/topic.ts';
import type { IdleState, Outcome } from './partition-state.ts';
import type { PartitionWork } from './partition-work.ts';
import type { TopicIdentity } from './topic-identity.ts';

export interface WorkTools {
  readonly tools: CommitTools;
  readonly policy: BatchPolicy;
  readonly source: Pick<RecordSource, 'commit'>;
  readonly identity: TopicIdentity;
}

export interface WorkRequest {
  readonly work: PartitionWork;
  /** What the partition was about to do when the work was asked for. */
  readonly state: IdleState;
  readonly reason: CutReason;
}

/** Writes the partition's next batch, or records a gap. Nothing is claimed of a topic that has taken the place of the assigned one. */
export async function performWork(request: WorkRequest, workTools: WorkTools): Promise<Outcome> {
  const { work, state } = request;
  if (work.isRevoked) return { kind: 'dropped' };
  if (state.kind === 'blocked' && work.isEmpty) return closeGap(work, state.block.upTo, workTools);
  return commit(request, workTools);
}

async function commit({ work, state, reason }: WorkRequest, workTools: WorkTools): Promise<Outcome> {
  const { tools, policy } = workTools;
  const claimed = state.kind === 'claimed' ? state : undefined;
  const batch = claimed === undefined ? work.buffer.cut(policy) : work.buffer.cutAt(claimed.claim.entry.to);
  await checkTopic(work, workTools);
  const result = await commitBatch(
    {
      batch,
      reason,
      ...(work.topicId !== undefined && { topicId: work.topicId }),
      ...(claimed && { adopted: claimed.claim, ...(claimed.lost && { lost: claimed.lost }) }),
      commitOffset: (entry) => commitOffset(work, entry, workTools),
    },
    tools,
  );
  return result.kind === 'committed' ? { kind: 'written', to: result.entry.to } : yieldTo(result.found, workTools);
}

async function closeGap(work: PartitionWork, upTo: bigint, workTools: WorkTools): Promise<Outcome> {
  const { partition, buffer, topicId } = work;
  await checkTopic(work, workTools);
  const gap = { partition, from: buffer.from, to: upTo, ...(topicId !== undefined && { topicId }) };
  const result = await recordGap(gap, workTools.tools);
  return result.kind === 'theirs' ? yieldTo(result.found, workTools) : { kind: 'written', to: upTo };
}

/** Rejects with TOPIC_RECREATED when the batch, which was fetched before, may be of another topic. */
async function checkTopic({ topicId }: PartitionWork, { tools, identity }: WorkTools): Promise<void> {
  await stepRunner(tools)('topic', () => identity.check(topicId));
}

/** Another process was first: what it claimed or wrote is what counts. */
function yieldTo(found: Versioned, { tools }: WorkTools): Outcome {
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
    if (!(error instanceof PipelineError) || error.code !== 'MEMBERSHIP_LOST') throw error;
    work.revoke();
  }
}
