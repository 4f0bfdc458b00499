import { z } from 'zod';
import type { ObjectStore } from '../../ports/lake.ts';
import { topicStartName } from './chain-start.ts';
import { offsetCodec } from '../entry/ledger-entry.ts';
import { startsPrefix, type TopicPath } from '../keys/ledger-keys.ts';
import { noteOnce, parseNote } from './parse-note.ts';

/**
 * Where the chains of a topic begin that was not to be read from its first record. It is decided once for all Kafka partitions,
 * by the first member that needs it: a partition that is not listed was added later, and begins with its first record.
 */
export interface TopicStart {
  /** What was configured: `latest`, or a time; where the chains go on behind those of a table that was adopted, which one (`adoptedFrom`). */
  readonly chosen: string;
  readonly decidedAt: string;
  readonly topicId?: string | undefined;
  readonly from: ReadonlyMap<number, bigint>;
}

const schema = z.object({
  chosen: z.string(),
  decidedAt: z.iso.datetime(),
  topicId: z.string().optional(),
  from: z.record(z.string().regex(/^\d+$/), offsetCodec),
});

const adoptedStart = 'adopted from ';

/** How a start is noted that was decided for the adoption of the table `source`. */
export function adoptedFrom(source: string): string {
  return `${adoptedStart}${source}`;
}

/** The table whose chains go on with this start; `undefined` for one of a topic. */
export function sourceOfStart(chosen: string | undefined): string | undefined {
  return chosen?.startsWith(adoptedStart) === true ? chosen.slice(adoptedStart.length) : undefined;
}

/** The offset that was decided for a Kafka partition; `undefined` where it begins with its first record, as every one of a topic that was made again does. */
export function decidedOffset(
  decided: TopicStart | undefined,
  { partition, topicId }: { readonly partition: number; readonly topicId: string | undefined },
): bigint | undefined {
  const isSameTopic = decided?.topicId === undefined || topicId === undefined || decided.topicId === topicId;
  return isSameTopic ? decided?.from.get(partition) : undefined;
}

/** The decision that counts: the one that is there, else the one that `decide` makes, if any. */
export async function decideTopicStart(
  store: ObjectStore,
  topic: TopicPath,
  decide: () => Promise<TopicStart | undefined>,
): Promise<TopicStart | undefined> {
  const key = `${startsPrefix(topic)}${topicStartName}`;
  const known = await store.get(key);
  if (known !== undefined) return parse(key, known.bytes);
  const decision = await decide();
  if (decision === undefined) return undefined;
  return parse(key, await noteOnce(store, key, serialize(decision)));
}

/** Forgets what was decided for a table that got nothing. */
export async function forgetTopicStart(store: ObjectStore, topic: TopicPath): Promise<void> {
  await store.delete([`${startsPrefix(topic)}${topicStartName}`]);
}

function serialize(start: TopicStart): Buffer {
  const from = Object.fromEntries([...start.from].map(([partition, offset]) => [String(partition), offset]));
  return Buffer.from(`${JSON.stringify(z.encode(schema, { ...start, from }))}\n`);
}

function parse(key: string, bytes: Uint8Array): TopicStart {
  const { from, ...start } = parseNote({ key, bytes }, 'holds where the topic was begun', schema);
  return { ...start, from: new Map(Object.entries(from).map(([partition, offset]) => [Number(partition), offset])) };
}
