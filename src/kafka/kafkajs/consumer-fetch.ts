import { systemClock } from '../../runtime/clock.ts';
import type { Cluster, ClusterBroker, ConsumerFetch, ConsumerFetchAnswer } from './cluster.ts';
import { fetchRecords, type FetchPosition, type TopicAnswer, type TopicFetch } from './fetch-request.ts';

/** Offsets that were asked for, by partition. */
export type AskedOffsets = ReadonlyMap<number, bigint>;

export interface ConsumerFetchOptions {
  readonly topicIdOf: (topic: string) => string | undefined;
  readonly lastEpochOf: (topic: string, partition: number) => number | undefined;
  /** A fetch failed; kafkajs tries it again. */
  readonly onFailure: (error: unknown) => void;
  /** Makes kafkajs's batches of what the broker answered; called before the next macrotask. */
  readonly receive: (
    answers: readonly TopicAnswer[],
    asked: ReadonlyMap<string, AskedOffsets>,
  ) => Promise<ConsumerFetchAnswer>;
}

/** Until when brokers are not asked for records, by node: monotonic time in milliseconds. */
type QuietBrokers = Map<number, number>;

/**
 * Sends the fetches of a kafkajs consumer as our own requests: by topic id, and with the epoch of what was read last. While a broker slows us
 * down, fetches from it answer with nothing: kafkajs sends a heartbeat between two of them, and none beside one that waits for its turn.
 */
export function fetchByOurselves(cluster: Cluster, options: ConsumerFetchOptions): void {
  const quiet: QuietBrokers = new Map();
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (wanted) => {
    const broker = await findBroker(wanted);
    return Object.assign(broker, { fetch: (request: ConsumerFetch) => fetchOrWait(broker, request, options, quiet) });
  };
}

async function fetchOrWait(
  broker: ClusterBroker,
  request: ConsumerFetch,
  options: ConsumerFetchOptions,
  quiet: QuietBrokers,
): Promise<ConsumerFetchAnswer> {
  const quietMs = (quiet.get(broker.nodeId) ?? 0) - systemClock.monotonicMs();
  if (quietMs <= 0) return fetchFrom(broker, request, options, quiet);
  await systemClock.sleep(Math.min(quietMs, request.maxWaitTime));
  return { responses: [] };
}

async function fetchFrom(
  broker: ClusterBroker,
  { topics, maxWaitTime: waitMs, maxBytes: bytesMax }: ConsumerFetch,
  { topicIdOf, lastEpochOf, onFailure, receive }: ConsumerFetchOptions,
  quiet: QuietBrokers,
): Promise<ConsumerFetchAnswer> {
  const asked = topics.map(({ topic, partitions }): TopicFetch => ({
    topic,
    topicId: topicIdOf(topic),
    partitions: partitions.map(({ partition, fetchOffset, maxBytes }) => ({
      partition,
      offset: BigInt(fetchOffset),
      bytesMax: maxBytes,
      lastEpoch: lastEpochOf(topic, partition),
    })),
  }));
  try {
    const answers = await fetchRecords(broker, { topics: rotated(asked), waitMs, bytesMax }, 1);
    if (answers.throttleMs > 0) quiet.set(broker.nodeId, systemClock.monotonicMs() + answers.throttleMs);
    return await receive(answers.topics, new Map(asked.map(({ topic, partitions }) => [topic, offsetsOf(partitions)])));
  } catch (error) {
    onFailure(error);
    // what is left of the connection would be used again
    if (error instanceof Error && /ConnectionClosed|RequestTimeout/.test(error.name)) await broker.disconnect();
    throw error;
  }
}

function offsetsOf(partitions: readonly FetchPosition[]): AskedOffsets {
  return new Map(partitions.map(({ partition, offset }) => [partition, offset]));
}

let rotation = 0;

/** Another topic and partition is the first each time: the broker fills its answer in the order of the request. */
function rotated(topics: readonly TopicFetch[]): TopicFetch[] {
  const turn = rotation++;
  return rotate(topics, turn).map((each) => ({
    ...each,
    partitions: rotate(each.partitions, Math.floor(turn / Math.max(1, topics.length))),
  }));
}

function rotate<T>(items: readonly T[], turn: number): T[] {
  const start = turn % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
