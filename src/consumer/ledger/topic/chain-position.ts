import { systemClock } from '../../../runtime/clock.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { AssignedPartition, TopicReader } from '../../ports/topic.ts';
import { isAnotherRecord, type LastRecord } from './last-record.ts';
import type { Versioned } from '../chain/entry-store.ts';
import type { Ledger } from '../ledger.ts';
import {
  isWritten,
  mayHaveLeftovers,
  type ClaimedEntry,
  type LedgerEntry,
  type WrittenEntry,
} from '../entry/ledger-entry.ts';
import type { LedgerPath } from '../keys/ledger-keys.ts';
import { ledgerBehind } from './ledger-behind.ts';

/** Times that the end of a log is asked for again. */
const endAsks = 5;
const endDelayMs = 200;

/** Where a partition goes on. */
export interface ChainPosition {
  readonly next: bigint;
  /** The chain ends in a claim that came to nothing: its range must be written as it stands. */
  readonly claim?: Versioned<ClaimedEntry>;
  /** The ledger holds nothing of the partition yet. */
  readonly isFirst?: true;
  /** Kafka lost `[next, low)` before it was read. */
  readonly lostUpTo?: bigint;
  /** The last entry, where its range is in the lake. */
  readonly last?: WrittenEntry;
  /** The last entry, if its process may have died before it deleted the objects that the entry no longer lists. */
  readonly untidy?: WrittenEntry;
}

/** What is kept in the group's commit beside the offset: the table, and where the ledger's last entry begins. */
export function commitMetadata(table: string, lastFrom: bigint): string {
  return `ledger ${table} ${lastFrom}`;
}

/** What a commit's metadata says of the ledger; `undefined` for commits of others. Older versions left the table out. */
export function readCommitMetadata(metadata: string | undefined): { table?: string; lastFrom: bigint } | undefined {
  const groups = /^ledger (?:(\S+) )?(\d+)$/.exec(metadata ?? '');
  if (groups === null) return undefined;
  const [, table, digits = '0'] = groups;
  return { lastFrom: BigInt(digits), ...(table !== undefined && { table }) };
}

/**
 * Finds the end of the ledger's chain. Rejects with TOPIC_RECREATED when the topic is not the one that the ledger was written
 * from, with LEDGER_BEHIND when the ledger is older than what it once held.
 */
export async function findPosition(
  path: LedgerPath,
  assigned: AssignedPartition,
  { ledger, reader }: { readonly ledger: Ledger; readonly reader: TopicReader },
): Promise<ChainPosition> {
  const noted = readCommitMetadata(assigned.committed?.metadata);
  const isOurs = noted?.table === undefined || noted.table === path.table;
  const last = await ledger.last(path, isOurs ? noted?.lastFrom : undefined);
  checkNotBehind(path, assigned, last?.entry);
  if (last === undefined) {
    if (await ledger.isMissing(path)) throw missing(path, assigned.low);
    return { next: assigned.low, isFirst: true };
  }
  const { entry } = last;
  await checkSameLog(path, entry, assigned, { ledger, reader });
  if (entry.state === 'claimed') return withLoss({ next: entry.from, claim: { ...last, entry } }, assigned.low);
  const isUntidy = isWritten(entry) && mayHaveLeftovers(entry);
  const lastWritten = isWritten(entry) && { last: entry };
  return withLoss({ next: entry.to, ...lastWritten, ...(isUntidy && { untidy: entry }) }, assigned.low);
}

/** Rejects with TOPIC_RECREATED when the topic is not the one that the chain, whose last entry is given, was written from. */
export async function checkSameLog(
  path: LedgerPath,
  last: LedgerEntry,
  topic: Pick<AssignedPartition, 'low' | 'high' | 'topicId'>,
  { ledger, reader }: { readonly ledger: Ledger; readonly reader: TopicReader },
): Promise<void> {
  checkTopicId(last, topic);
  const high = await reachedEnd(last, topic, reader);
  if (last.to > high) throw otherLog(last, topic, `the topic ends at ${high}`);
  await checkLastRecord(path, last, { ...topic, high }, { ledger, reader });
}

/**
 * Gives the end of the log. Asks again when that is before the ledger's end, since a new leader does not know at once how far the log is
 * committed.
 */
async function reachedEnd(
  { partition, to }: LedgerEntry,
  { high }: Pick<AssignedPartition, 'high'>,
  reader: TopicReader,
): Promise<bigint> {
  let end = high;
  for (let asked = 0; end < to && asked < endAsks; asked++) {
    await systemClock.sleep(endDelayMs);
    end = (await reader.describe()).partitions.get(partition)?.high ?? end;
  }
  return end;
}

function withLoss(position: ChainPosition, low: bigint): ChainPosition {
  return low > position.next ? { ...position, lostUpTo: low } : position;
}

/** The group is told after the ledger, so a commit of this table can't lie beyond the ledger's end. */
export function checkNotBehind(
  path: LedgerPath,
  { committed, low }: Pick<AssignedPartition, 'committed'> & Partial<Pick<AssignedPartition, 'low'>>,
  last: LedgerEntry | undefined,
): void {
  if (committed === undefined || readCommitMetadata(committed.metadata)?.table !== path.table) return;
  const end = last?.to ?? 0n;
  if (committed.offset <= end) return;
  const what = `ends at offset ${end} of ${path.topic}/${path.partition}, though ${committed.offset} was written once`;
  throw ledgerBehind(path, { end, low, what, details: { committed: committed.offset.toString() } });
}

/** All entries are gone, though the table has an object of offsets that Kafka no longer holds. */
export function headMissing(
  path: LedgerPath,
  { next, low, key }: { readonly next: bigint; readonly low: bigint; readonly key: string },
): PipelineError {
  const what = `has no entry of ${path.topic}/${path.partition}, though ${key} holds records of it`;
  return ledgerBehind(path, { end: next, low, what, details: { key } });
}

function missing({ table, topic, partition }: LedgerPath, low: bigint): PipelineError {
  return new PipelineError('LEDGER_BEHIND', {
    message: `the table ${table} holds objects of ${topic} and the ledger knows nothing of that topic: going on would write its records again`,
    retryable: false,
    details: { table, topic, partition },
    hint: `check LAKE; restore \`_ledger/\` too, or begin again: set LAKE_TABLE to a new name, or move the objects of this topic out of the table, never delete them: only what Kafka still holds is written again, of this partition from offset ${low} on`,
  });
}

function checkTopicId(entry: LedgerEntry, { topicId }: Pick<AssignedPartition, 'topicId'>): void {
  if (entry.topicId === undefined || topicId === undefined || entry.topicId === topicId) return;
  throw otherLog(entry, { topicId }, `its id is ${topicId} now and was ${entry.topicId}`);
}

/** Compares the newest record that the ledger remembers with what the broker holds at its offset. */
async function checkLastRecord(
  path: LedgerPath,
  last: LedgerEntry,
  { low, high, topicId }: Pick<AssignedPartition, 'low' | 'high' | 'topicId'>,
  { ledger, reader }: { readonly ledger: Ledger; readonly reader: TopicReader },
): Promise<void> {
  const entry = lastRecordOf(last) === undefined ? await ledger.lastWithRecord(path, last.from) : last;
  const expected = entry && lastRecordOf(entry);
  if (entry === undefined || expected === undefined || expected.offset < low) return;
  const { offset } = expected;
  if (offset >= high) throw otherLog(entry, { topicId }, `the topic ends at ${high}`);
  if (await isAnotherRecord(path.partition, expected, reader))
    throw otherLog(entry, { topicId }, `offset ${offset} holds another record`);
}

function lastRecordOf(entry: LedgerEntry): LastRecord | undefined {
  if (entry.state === 'gap') return undefined;
  return isWritten(entry) ? entry.outcome.lastRecord : entry.lastRecord;
}

/** Names what has become of the log: the same topic with its end cut off, or another topic of the name. */
function otherLog(
  entry: LedgerEntry,
  { topicId }: Pick<AssignedPartition, 'topicId'>,
  evidence: string,
): PipelineError {
  const isSame = topicId !== undefined && topicId === entry.topicId;
  return isSame ? truncated(entry, evidence) : recreated(entry, evidence);
}

function truncated(entry: LedgerEntry, evidence: string): PipelineError {
  return new PipelineError('LOG_TRUNCATED', {
    message: `topic ${entry.topic}, partition ${entry.partition} has lost the end of its log: the ledger of ${entry.table} reaches offset ${entry.to}, but ${evidence}`,
    retryable: false,
    details: { topic: entry.topic, partition: entry.partition, ledgerEnd: entry.to.toString() },
    hint: 'look for an unclean leader election; docs/runbook.md has the ways on',
  });
}

function recreated(entry: LedgerEntry, evidence: string): PipelineError {
  return new PipelineError('TOPIC_RECREATED', {
    message: `topic ${entry.topic}, partition ${entry.partition} is not the one the table ${entry.table} was written from: the ledger reaches offset ${entry.to}, but ${evidence}`,
    retryable: false,
    details: { topic: entry.topic, partition: entry.partition, ledgerEnd: entry.to.toString() },
    hint: 'a topic that was deleted and made again needs a table of its own: set LAKE_TABLE to a new name. A broker that lost the end of its log looks the same',
  });
}
