import { crc32 } from 'node:zlib';
import { PipelineError } from '../../runtime/errors.ts';
import type { Ledger, Versioned } from './ledger.ts';
import type { ClaimedEntry, LedgerEntry, LedgerPath } from './ledger-entry.ts';
import type { AssignedPartition, TopicReader } from '../ports/topic.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';

/** Where a partition goes on. */
export interface ChainPosition {
  readonly next: bigint;
  /** The chain ends in a claim that came to nothing: its range must be written as it stands. */
  readonly claim?: Versioned<ClaimedEntry>;
  /** Kafka lost `[next, low)` before it was read. */
  readonly lostUpTo?: bigint;
}

/** What is kept in the group's commit beside the offset: where the ledger's last entry begins. */
export function commitMetadata(lastFrom: bigint): string {
  return `ledger ${lastFrom}`;
}

/** The offset in a commit's metadata; `undefined` for commits of others. */
export function hintOf(metadata: string | undefined): bigint | undefined {
  const digits = /^ledger (\d+)$/.exec(metadata ?? '')?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** Finds the end of the ledger's chain and checks that the topic is still the one the ledger was written from. */
export async function findPosition(
  path: LedgerPath,
  assigned: AssignedPartition,
  { ledger, reader }: { readonly ledger: Ledger; readonly reader: TopicReader },
): Promise<ChainPosition> {
  const last = await ledger.last(path, hintOf(assigned.committed?.metadata));
  if (last === undefined) return { next: assigned.low };
  const { entry, version } = last;
  if (BigInt(entry.to) > assigned.high) throw recreated(entry, `the topic ends at ${assigned.high}`);
  await checkLastRecord(entry, assigned, reader);
  if (entry.state === 'claimed') return withLoss({ next: BigInt(entry.from), claim: { entry, version } }, assigned.low);
  return withLoss({ next: BigInt(entry.to) }, assigned.low);
}

function withLoss(position: ChainPosition, low: bigint): ChainPosition {
  return low > position.next ? { ...position, lostUpTo: low } : position;
}

async function checkLastRecord(entry: LedgerEntry, { low }: AssignedPartition, reader: TopicReader): Promise<void> {
  const expected = 'outcome' in entry ? entry.outcome.lastRecord : undefined;
  if (expected === undefined || BigInt(expected.offset) < low) return;
  const from = BigInt(expected.offset);
  for await (const chunk of reader.read({ partition: entry.partition, from, to: from + 1n })) {
    if (chunk.count === 0) continue;
    const found = fingerprint(chunk, 0);
    if (found.valueCrc32 === expected.valueCrc32 && found.timestampMs === expected.timestampMs) continue;
    throw recreated(entry, `offset ${from} holds another record`);
  }
}

/** What tells one record from another that was given the same offset later. */
export function fingerprint(chunk: RecordChunk, index: number): { timestampMs: number; valueCrc32: number } {
  const start = chunk.valueStarts[index] ?? -1;
  const value = start < 0 ? Buffer.alloc(0) : chunk.bytes.subarray(start, chunk.valueEnds[index]);
  return { timestampMs: chunk.timestamps[index] ?? -1, valueCrc32: crc32(value) };
}

function recreated(entry: LedgerEntry, evidence: string): PipelineError {
  return new PipelineError('TOPIC_RECREATED', {
    message: `topic ${entry.topic}, partition ${entry.partition} is not the one the table ${entry.table} was written from: the ledger reaches offset ${entry.to}, but ${evidence}`,
    retryable: false,
    details: { topic: entry.topic, partition: entry.partition, ledgerEnd: entry.to },
    hint: 'a topic that was deleted and made again needs a table of its own: set LAKE_TABLE to a new name',
  });
}
