import { readCommitMetadata } from '../../ledger/topic/chain-position.ts';
import { isAnotherRecord, type LastRecord } from '../../ledger/topic/last-record.ts';
import type { ClaimedEntry, LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import type { LedgerPath } from '../../ledger/keys/ledger-keys.ts';
import type { CommittedOffset, TopicReader, Watermarks } from '../../ports/topic.ts';
import { aboutRange, recordsGap, type Finding, type Problem } from '../findings/finding.ts';

const anotherTable = 'a topic that was deleted and made again needs a table of its own: set LAKE_TABLE';

type PartitionRecord = LastRecord & { readonly partition: number };

/** Gathers what the entries of one Kafka partition say about the topic that they were written from. */
export class TopicEvidence {
  #topicId: string | undefined;
  #last: LedgerEntry | undefined;
  #lastRecord: PartitionRecord | undefined;
  /** Claims that nothing written follows. */
  #claims: ClaimedEntry[] = [];

  get claims(): readonly ClaimedEntry[] {
    return this.#claims;
  }

  get lastRecord(): PartitionRecord | undefined {
    return this.#lastRecord;
  }

  add(entry: LedgerEntry): Finding[] {
    const findings: Finding[] = [];
    if (entry.topicId !== undefined && this.#topicId !== undefined && entry.topicId !== this.#topicId) {
      const what = `was written from the topic ${entry.topicId}, what comes before it from ${this.#topicId}`;
      findings.push(aboutRange(entry, { problem: 'topic-recreated', what, action: anotherTable }));
    }
    this.#topicId = entry.topicId ?? this.#topicId;
    this.#last = entry;
    this.#claims = entry.state === 'claimed' ? [...this.#claims, entry] : [];
    const record = 'outcome' in entry ? entry.outcome.lastRecord : undefined;
    if (record === undefined) return findings;
    this.#lastRecord = { ...record, partition: entry.partition };
    if (record.offset >= entry.from && record.offset < entry.to) return findings;
    const what = `says that its last record has the offset ${record.offset}`;
    return [...findings, aboutRange(entry, { problem: 'counts', what })];
  }

  /** Compares the chain's end with what the broker holds now. `inClaims`: offsets behind `writtenTo` that are gone there, and in objects of claims. */
  audit(
    now: Watermarks & { readonly topicId: string | undefined },
    { writtenTo, inClaims = 0n }: { readonly writtenTo: bigint | undefined; readonly inClaims?: bigint },
  ): Finding[] {
    const last = this.#last;
    if (last === undefined) return [];
    const of = (problem: Problem, what: string, action: string): Finding[] => [
      { problem, partition: last.partition, where: `${last.topic}/${last.partition}`, what, action },
    ];
    if (now.topicId !== undefined && this.#topicId !== undefined && now.topicId !== this.#topicId)
      return of(
        'topic-recreated',
        `has the id ${now.topicId}, the ledger was written from ${this.#topicId}`,
        anotherTable,
      );
    if (last.to > now.high)
      return of('ledger-beyond-topic', `ends at ${now.high}, the ledger reaches ${last.to}`, anotherTable);
    const next = writtenTo ?? last.from;
    if (now.low <= next) return [];
    if (now.low - next <= inClaims) return [];
    const kept = inClaims > 0n ? `, and ${inClaims} are in objects of what is claimed` : '';
    const lost = `begins at ${now.low} by now, the lake has it up to ${next}: ${now.low - next - inClaims} offsets are lost${kept}`;
    return of('lost-to-retention', lost, recordsGap);
  }
}

/** The group is told of a batch after the ledger: what it says beyond the chain's end was in the ledger once. */
export function auditCommit(
  { table, topic, partition }: LedgerPath,
  committed: CommittedOffset | undefined,
  end: bigint,
): Finding[] {
  if (committed === undefined || committed.offset <= end || readCommitMetadata(committed.metadata)?.table !== table)
    return [];
  const what = `was written up to ${committed.offset} once, as its consumer group says, and the ledger ends at ${end}: entries are gone`;
  const action =
    'restore the ledger’s entries and their objects of one moment, and delete nothing: docs/runbook.md says how (“The lake was restored from a copy”)';
  return [{ problem: 'ledger-behind', partition, where: `${topic}/${partition}`, what, action }];
}

/** Compares the newest record that the ledger remembers with what the broker holds at its offset. */
export async function auditLastRecord(
  topic: string,
  expected: PartitionRecord,
  { reader, low, high }: Watermarks & { readonly reader: TopicReader },
): Promise<Finding[]> {
  const { offset, partition } = expected;
  // beyond the end is a finding of its own
  if (offset < low || offset >= high) return [];
  if (!(await isAnotherRecord(partition, expected, reader))) return [];
  const what = `holds another record than the one that was read there: the topic was made again, its log was cut, or the ledger was edited`;
  const where = `${topic}/${partition}, offset ${offset}`;
  return [{ problem: 'topic-recreated', partition, where, what, action: anotherTable }];
}
