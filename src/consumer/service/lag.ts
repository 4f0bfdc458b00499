import type { Clock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { TopicDescription } from '../ports/topic.ts';
import { checkTopicId } from '../ledger/topic/topic-identity.ts';

/** Records by partition that the topic holds and the ledger does not: what is only read counts as waiting. */
export type Lag = ReadonlyMap<number, bigint>;

export interface Reached {
  /** The topic that was assigned. */
  readonly topicId: string | undefined;
  /** Must have been taken before the topic was described. */
  readonly partitions: ReadonlyMap<number, PartitionReach>;
}

export interface PartitionReach {
  /** Next offset to be written. */
  readonly written: bigint;
  /** Everything before this offset was in the topic once: we have read it, or whoever claimed it had. */
  readonly known: bigint;
}

export interface LagWatchOptions {
  readonly topic: string;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** How long nothing may be written while records wait. */
  readonly quietMsMax: number;
}

/** Compares what is written with what the topic holds, from one poll to the next. */
export class LagWatch {
  readonly #options: LagWatchOptions;
  #lagSinceMs: number | undefined;
  #cutPartitions: ReadonlySet<number> = new Set();

  constructor(options: LagWatchOptions) {
    this.#options = options;
  }

  /**
   * Throws TOPIC_RECREATED when the topic is another one by now; LOG_TRUNCATED when a partition ends below what was in it,
   * twice in a row, since a broker that has just lost the partition's lead may answer from an older time.
   */
  lag({ topicId, partitions }: Reached, description: TopicDescription): Lag {
    checkTopicId(this.#options.topic, { expected: topicId, found: description.topicId });
    const marks = [...partitions].flatMap(([partition, reach]) => {
      const high = description.partitions.get(partition)?.high;
      return high === undefined ? [] : [{ partition, ...reach, high }];
    });
    const cut = marks.filter(({ known, high }) => high < known);
    const again = cut.find(({ partition }) => this.#cutPartitions.has(partition));
    if (again !== undefined) throw truncated(this.#options.topic, again);
    this.#cutPartitions = new Set(cut.map(({ partition }) => partition));
    return new Map(marks.map(({ partition, written, high }) => [partition, high > written ? high - written : 0n]));
  }

  /** Throws STALLED when records wait and nothing was written for too long. */
  checkStall(lag: Lag, writtenMs: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    const hasLag = lag.values().some((records) => records > 0n);
    this.#lagSinceMs = hasLag ? (this.#lagSinceMs ?? nowMs) : undefined;
    if (this.#lagSinceMs === undefined) return;
    const quietMs = nowMs - Math.max(this.#lagSinceMs, writtenMs);
    if (quietMs > this.#options.quietMsMax) throw stalled(lag, quietMs);
  }
}

interface Mark extends PartitionReach {
  readonly partition: number;
  readonly high: bigint;
}

function truncated(topic: string, { partition, known, high }: Mark): PipelineError {
  return new PipelineError('LOG_TRUNCATED', {
    message: `topic ${topic}, partition ${partition} ends at ${high}, though it held everything before ${known}`,
    retryable: false,
    details: { topic, partition, known: known.toString(), high: high.toString() },
    hint: 'the brokers lost the end of the log, and new records get offsets that were given before: see to the brokers first, then set LAKE_TABLE to a new name',
  });
}

function stalled(lag: Lag, quietMs: number): PipelineError {
  const behind = [...lag].map(([partition, records]) => `${partition}: ${records}`).join(', ');
  return new PipelineError('STALLED', {
    message: `nothing was written for ${Math.round(quietMs / 1000)} s though records wait (by partition: ${behind})`,
    retryable: false,
    details: { quietMs },
    hint: 'the process ends so that its supervisor starts it afresh; look at the retry lines before this one',
  });
}
