import type { AbortedTransaction } from '../format/transactions.ts';
import { messageOf } from '../../runtime/errors.ts';
import { brokerWaits } from '../../runtime/throttle-tally.ts';
import { WireReader } from '../format/wire-reader.ts';
import { WireWriter } from '../format/wire-writer.ts';
import type { ClusterBroker } from './cluster.ts';
import { errorOf } from './protocol-error.ts';
import { sendRequest, supports } from './send-request.ts';

const apiKey = 1;
const apiName = 'Fetch';

/** Versions by what they brought: topic ids instead of names (2.8); tagged fields and the last fetched epoch (2.7); kafkajs's last one (2.3). */
const versions = { topicIds: 13, epochs: 12, oldest: 11 } as const;

/** No broker that means well slows a client down for longer at once. */
const throttleMsMax = 60_000;

const readCommitted = 1;
const noEpoch = -1;
const divergingEpochTag = 0;

export interface FetchPosition {
  readonly partition: number;
  readonly offset: bigint;
  /** Leader epoch of what was read last: the broker compares it with its log. */
  readonly lastEpoch?: number | undefined;
  readonly bytesMax: number;
}

export interface TopicFetch {
  readonly topic: string;
  /** The broker refuses the topic's partitions when the name belongs to another topic by now. */
  readonly topicId: string | undefined;
  readonly partitions: readonly FetchPosition[];
}

export interface FetchRequest {
  readonly topics: readonly TopicFetch[];
  /** How long the broker may wait for records, in milliseconds. */
  readonly waitMs: number;
  readonly bytesMax: number;
}

/** What a broker answers for one partition. */
export interface FetchAnswer {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  /** Records from here on may belong to a transaction that is still open: they are not handed out yet. */
  readonly stableEnd: bigint;
  /** First offset the broker holds; `undefined` when it does not say. */
  readonly logStart: bigint | undefined;
  readonly aborted: readonly AbortedTransaction[];
  /** The broker's log never had what was read last, or lost it: it ends here for that epoch. */
  readonly divergesAt: bigint | undefined;
  /** Record batches as the broker stores them. Good until the next macrotask: the buffer takes the next answer. */
  readonly records: Buffer;
}

export interface TopicAnswer {
  readonly topic: string;
  readonly partitions: readonly FetchAnswer[];
}

export interface FetchAnswers {
  readonly topics: readonly TopicAnswer[];
  /** How long the broker makes us wait for the next answer, by a quota; it has answered with nothing where this is above 0. */
  readonly throttleMs: number;
}

/** Asks one broker for committed records of the partitions that it leads. `connection`: which of the two connections to it. */
export async function fetchRecords(
  broker: ClusterBroker,
  request: FetchRequest,
  connection: 0 | 1,
): Promise<FetchAnswers> {
  const apiVersion = versionFor(broker, request.topics);
  const isFlexible = apiVersion >= versions.epochs;
  const open = await broker.connectionPool.getConnection(connection);
  const body = writeRequest(request, apiVersion);
  const payload = await sendRequest(open, { apiKey, apiName, apiVersion, isFlexible, body });
  const { errorCode, topics, ...answer } = readOrRefuse(payload, apiVersion);
  const throttleMs = Math.min(answer.throttleMs, throttleMsMax);
  open.requestQueue.maybeThrottle(throttleMs);
  if (throttleMs > 0) brokerWaits.add(open.broker, throttleMs);
  if (errorCode !== 0) throw errorOf(errorCode);
  return { topics: topics.map((topic) => named(topic, request.topics)), throttleMs };
}

/** The answer with the topic's name, by which we know it. */
function named({ name, topicId, partitions }: DecodedTopic, asked: readonly TopicFetch[]): TopicAnswer {
  const topic = name ?? asked.find((each) => each.topicId === topicId)?.topic;
  if (topic === undefined)
    throw unreadable(new RangeError(`an answer for the topic ${topicId}, which was not asked for`));
  return { topic, partitions };
}

/** An answer that makes no sense is worth another try, unlike a mistake of ours: kafkajs tells them apart by `retriable`. */
function readOrRefuse(payload: Buffer, apiVersion: number): DecodedAnswer {
  try {
    return readAnswer(payload, apiVersion);
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): Error {
  const what = `the broker’s answer to a fetch can’t be read: ${messageOf(error)}`;
  return Object.assign(new Error(what, { cause: error }), { retriable: true });
}

function versionFor(broker: ClusterBroker, topics: readonly TopicFetch[]): number {
  const hasIds = topics.every(({ topicId }) => topicId !== undefined);
  if (hasIds && supports(broker, apiKey, versions.topicIds)) return versions.topicIds;
  return supports(broker, apiKey, versions.epochs) ? versions.epochs : versions.oldest;
}

/** Source: https://kafka.apache.org/protocol#The_Messages_Fetch */
export function writeRequest(request: FetchRequest, apiVersion: number): Buffer {
  const { topics, waitMs, bytesMax } = request;
  const body = new WireWriter({ isFlexible: apiVersion >= versions.epochs });
  body.int32(-1).int32(waitMs).int32(1).int32(bytesMax).int8(readCommitted);
  // no session
  body.int32(0).int32(-1);
  body.array(topics, ({ topic, topicId, partitions }) => {
    if (apiVersion >= versions.topicIds) body.uuid(topicId);
    else body.string(topic);
    body.array(partitions, ({ partition, offset, lastEpoch = noEpoch, bytesMax: partitionBytesMax }) => {
      body.int32(partition).int32(noEpoch).int64(offset);
      if (apiVersion >= versions.epochs) body.int32(lastEpoch);
      body.int64(-1n).int32(partitionBytesMax).noTags();
    });
    body.noTags();
  });
  return body
    .array([], () => {})
    .string('')
    .noTags()
    .toBuffer();
}

/** A topic goes by its name in older versions, by its id in newer ones. */
interface DecodedTopic {
  readonly name: string | undefined;
  readonly topicId: string | undefined;
  readonly partitions: readonly FetchAnswer[];
}

interface DecodedAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly topics: readonly DecodedTopic[];
}

/** Throws a RangeError for an answer that ends within a field or counts more than it holds. */
export function readAnswer(payload: Buffer, apiVersion: number): DecodedAnswer {
  const reader = new WireReader(payload, { isFlexible: apiVersion >= versions.epochs });
  // the header's
  reader.tags();
  const throttleMs = reader.int32();
  const errorCode = reader.int16();
  reader.int32();
  const topics = reader.array(() => {
    const hasIds = apiVersion >= versions.topicIds;
    const topicId = hasIds ? reader.uuid() : undefined;
    const name = hasIds ? undefined : reader.string();
    const partitions = reader.array(() => readPartition(reader));
    reader.tags();
    return { name, topicId, partitions };
  });
  return { throttleMs, errorCode, topics };
}

function readPartition(reader: WireReader): FetchAnswer {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const stableEnd = reader.int64();
  const logStart = reader.int64();
  const aborted = reader.array(() => {
    const transaction = { producerId: reader.int64(), firstOffset: reader.int64() };
    reader.tags();
    return transaction;
  });
  // another replica to read from, which only consumers that name their rack are told
  reader.int32();
  const records = reader.bytes() ?? Buffer.alloc(0);
  const diverging = reader.tags().get(divergingEpochTag);
  return {
    partition,
    errorCode,
    highWatermark,
    stableEnd: stableEnd < 0n ? highWatermark : stableEnd,
    logStart: logStart < 0n ? undefined : logStart,
    aborted,
    divergesAt: diverging?.readBigInt64BE(4),
    records,
  };
}
