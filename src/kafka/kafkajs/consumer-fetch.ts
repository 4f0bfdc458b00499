import type { Cluster, ClusterBroker, ConsumerFetch, ConsumerFetchAnswer } from './cluster.ts';
import { fetchRecords, type FetchAnswers, type FetchPosition } from './fetch-request.ts';

export interface ConsumerFetchOptions {
  readonly topic: string;
  readonly topicId: () => string | undefined;
  readonly lastEpochOf: (partition: number) => number | undefined;
  /** A fetch failed; kafkajs tries it again. */
  readonly onFailure: (error: unknown) => void;
  /** Makes kafkajs's batches of what the broker answered; called before the next macrotask. */
  readonly receive: (answers: FetchAnswers, asked: ReadonlyMap<number, bigint>) => Promise<ConsumerFetchAnswer>;
}

/** Sends the fetches of a kafkajs consumer as our own requests: by topic id, and with the epoch of what was read last. */
export function fetchByOurselves(cluster: Cluster, options: ConsumerFetchOptions): void {
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (wanted) => {
    const broker = await findBroker(wanted);
    return Object.assign(broker, { fetch: (request: ConsumerFetch) => fetchFrom(broker, request, options) });
  };
}

async function fetchFrom(
  broker: ClusterBroker,
  request: ConsumerFetch,
  { topic, topicId, lastEpochOf, onFailure, receive }: ConsumerFetchOptions,
): Promise<ConsumerFetchAnswer> {
  const wanted = request.topics.flatMap(({ partitions }) => partitions);
  const positions = wanted.map(({ partition, fetchOffset, maxBytes }): FetchPosition => ({
    partition,
    offset: BigInt(fetchOffset),
    bytesMax: maxBytes,
    lastEpoch: lastEpochOf(partition),
  }));
  try {
    const answers = await fetchRecords(
      broker,
      {
        topic,
        topicId: topicId(),
        partitions: rotated(positions),
        waitMs: request.maxWaitTime,
        bytesMax: request.maxBytes,
      },
      1,
    );
    return await receive(answers, new Map(positions.map(({ partition, offset }) => [partition, offset])));
  } catch (error) {
    onFailure(error);
    // what is left of the connection would be used again
    if (error instanceof Error && /ConnectionClosed|RequestTimeout/.test(error.name)) await broker.disconnect();
    throw error;
  }
}

let rotation = 0;

/** Another partition is the first each time: the broker fills its answer in the order of the request. */
function rotated<T>(items: readonly T[]): T[] {
  const start = rotation++ % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
