import type { ChainStart } from '../../ledger/notes/chain-start.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { isWritten, type LedgerEntry, type WrittenEntry } from '../../ledger/entry/ledger-entry.ts';
import {
  offsetOfKey,
  partitionPrefix,
  rangeOfSegment,
  revisionPrefix,
  type LedgerPath,
} from '../../ledger/keys/ledger-keys.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import type { ParquetReader } from '../../ports/parquet.ts';
import type { CommittedOffset, TopicDescription, TopicReader, Watermarks } from '../../ports/topic.ts';
import { sourceOfStart } from '../../ledger/notes/topic-start.ts';
import { ChainAudit } from './chain-audit.ts';
import { auditSegments } from './audit-segments.ts';
import { auditEntry, auditPassed, changedAtMs, type EntryRules } from './audit-entry.ts';
import { auditCommit, auditLastRecord, TopicEvidence } from './topic-evidence.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingList } from '../findings/finding-list.ts';
import { ClaimedObjects } from '../objects/claimed-objects.ts';
import { PartitionSum, type PartitionSummary } from './partition-summary.ts';
import { firstOffset, readChain, readRevised } from './read-chain.ts';
import { unreadableEntry } from './unreadable-entry.ts';
import type { Repair } from '../findings/repair.ts';

export interface KafkaPartitionOptions {
  readonly ledger: Ledger;
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
  readonly reader?: TopicReader;
  readonly rules: EntryRules;
  readonly sinceMs: number | undefined;
  /** Compares segments with the entries that they are copies of. */
  readonly deep?: boolean;
  /** Where and when the ledger noted that the chain begins. */
  readonly noted: ChainStart | undefined;
  /** What the consumer group has committed last, where it is known. */
  readonly committed: CommittedOffset | undefined;
  readonly findings: FindingList;
  /** Takes the entries whose objects are to be looked at. */
  readonly onWritten: (entry: WrittenEntry) => Promise<void>;
  readonly onEntry: () => void;
  /** Takes what may be done about a finding. */
  readonly onRepair: (repair: Repair) => void;
}

/** Audits the ledger's entries of one Kafka partition, each as it passes, and the ends of their chain. */
export async function auditKafkaPartition(
  path: LedgerPath,
  topic: TopicDescription | undefined,
  options: KafkaPartitionOptions,
): Promise<PartitionSummary> {
  const { findings, sinceMs, deep = false, rules, onWritten, onEntry } = options;
  const marks = topic?.partitions.get(path.partition);
  const chain = new ChainAudit(path.partition, marks?.low);
  const evidence = new TopicEvidence();
  const claimed = new ClaimedObjects(options);
  const sum = new PartitionSum(path.partition);
  const unread: { readonly key: string; readonly error: unknown }[] = [];
  const onUnreadable = (key: string, error: unknown): void => {
    unread.push({ key, error });
    const segment = rangeOfSegment(path, key);
    const from = segment?.from ?? offsetOfKey(partitionPrefix(path), key) ?? offsetOfKey(revisionPrefix(path), key);
    if (from !== undefined) chain.skip(from);
  };
  const addAbout = async (entry: LedgerEntry | undefined, found: readonly Finding[]): Promise<void> => {
    findings.addAll(found);
    if (entry?.state === 'claimed' && found.length > 0) findings.addAll(await claimed.audit(entry, marks?.low));
  };
  const take = async (entry: LedgerEntry): Promise<void> => {
    onEntry();
    await addAbout(entry, auditEntry(entry, rules));
    if (isWritten(entry) && (sinceMs === undefined || changedAtMs(entry) >= sinceMs)) await onWritten(entry);
  };
  const chainOptions = { ...options, onUnreadable };
  let before: LedgerEntry | undefined;
  for await (const entry of readChain(path, chainOptions)) {
    await addAbout(before, auditPassed(before, rules));
    findings.addAll(chain.add(entry));
    findings.addAll(evidence.add(entry));
    before = entry;
    sum.add(entry);
    await take(entry);
  }
  for await (const entry of readRevised(path, chainOptions)) await take(entry);
  if (deep && sinceMs === undefined)
    for await (const finding of auditSegments(path, chainOptions)) findings.add(finding);
  findings.addAll(unread.map(({ key, error }) => unreadableEntry(path, key, { error, end: sum.end })));
  // of a chain that was closed before its first entry, the key tells where it begins
  const first = (sinceMs === undefined ? sum.first?.from : undefined) ?? (await firstOffset(options.store, path));
  findings.addAll(auditHead(chain, first, { ...options, marks }));
  findings.addAll(auditCommit(path, options.committed, sum.end));
  await auditEnds(path, topic, { ...options, evidence, claimed, sum });
  return sum.summary(marks, options.noted);
}

/**
 * Checks where the chain begins; one that was noted long ago and has no entry is gone as a whole. The start of a table that has adopted another is noted
 * before any service is there, and the table's positions tell whether entries are gone.
 */
function auditHead(
  chain: ChainAudit,
  first: bigint | undefined,
  { noted, marks, rules }: Pick<KafkaPartitionOptions, 'noted' | 'rules'> & { readonly marks: Watermarks | undefined },
): Finding[] {
  const start = { ...(noted && { noted: noted.from }), ...(marks && { low: marks.low }) };
  if (first !== undefined) return chain.auditHead(first, start);
  const isYoung = noted === undefined || rules.nowMs - Date.parse(noted.notedAt) <= rules.claimAgeMaxMs;
  const isAdopted = sourceOfStart(noted?.chosen) !== undefined;
  if (isAdopted || marks === undefined) return [];
  return isYoung ? chain.auditNoted(start) : chain.auditHead(marks.high, start);
}

async function auditEnds(
  path: LedgerPath,
  topic: TopicDescription | undefined,
  {
    reader,
    evidence,
    claimed,
    sum,
    findings,
  }: Pick<KafkaPartitionOptions, 'reader' | 'findings'> & {
    readonly evidence: TopicEvidence;
    readonly claimed: ClaimedObjects;
    readonly sum: PartitionSum;
  },
): Promise<void> {
  const marks = topic?.partitions.get(path.partition);
  if (topic === undefined || marks === undefined || reader === undefined) return;
  let inClaims = 0n;
  for (const claim of evidence.claims)
    if (claim.from < marks.low) inClaims += await claimed.countOffsets(claim, marks.low);
  const found = evidence.audit({ ...marks, topicId: topic.topicId }, { writtenTo: sum.writtenTo, inClaims });
  findings.addAll(found);
  const { lastRecord } = evidence;
  if (found.length === 0 && lastRecord !== undefined)
    findings.addAll(await auditLastRecord(path.topic, lastRecord, { ...marks, reader }));
}
