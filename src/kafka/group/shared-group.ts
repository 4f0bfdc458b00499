import { systemClock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { BrokerClient } from '../brokers/broker-client.ts';
import type { Subscription } from './subscription.ts';

const lookEveryMs = 1000;

/** How long after the end of its session a dead member may still be in the group. */
const graceMs = 2000;

export interface SharedGroupOptions {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly subscription: Subscription;
  readonly brokers: BrokerClient;
  readonly isOver: () => boolean;
}

/**
 * Rejects with GROUP_SHARED when members of another service are in the group, and stay there for longer than a member that has died.
 * Joins nothing, and disturbs no member.
 */
export async function refuseSharedGroup(options: SharedGroupOptions): Promise<void> {
  const { groupId, sessionTimeoutMs, subscription, brokers, isOver } = options;
  const untilMs = systemClock.monotonicMs() + sessionTimeoutMs + graceMs;
  while (!isOver()) {
    const other = subscription.findOtherService(await readersOf(brokers, groupId));
    if (other === undefined) return;
    if (systemClock.monotonicMs() >= untilMs)
      throw groupShared(groupId, other.topics, `a member of the client ${other.clientId} reads`);
    await systemClock.sleep(lookEveryMs);
  }
}

export function groupShared(groupId: string, topics: readonly string[], how: string): PipelineError {
  const shown = topics.slice(0, 5).join(', ');
  return new PipelineError('GROUP_SHARED', {
    message: `the group ${groupId} is of another service: ${how} ${shown}${topics.length > 5 ? ` and ${topics.length - 5} more topics` : ''}, which this one does not`,
    retryable: false,
    details: { groupId },
  });
}

/** Names a group that no member leads: its coordinator deals the partitions out, also to members that write no table. */
export function groupUnled(groupId: string): PipelineError {
  return new PipelineError('GROUP_SHARED', {
    message: `the group ${groupId} is shared with another program, which gets partitions of ours: a client of Kafka’s newer protocol (group.protocol=consumer) is in it`,
    retryable: false,
    hint: 'give each program a KAFKA_GROUP_ID of its own: what was read stays known, since the ledger holds the position',
    details: { groupId },
  });
}

/** Gives the members of the group; none where it may be joined and not be looked at. */
async function readersOf(brokers: BrokerClient, groupId: string) {
  return brokers.readers(groupId).catch((error: unknown) => {
    if (error instanceof PipelineError && error.code === 'GROUP_DENIED') return [];
    throw error;
  });
}
