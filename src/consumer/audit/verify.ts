import { readsAtOnce } from '../../runtime/concurrency.ts';
import { hasCode } from '../../runtime/errors.ts';
import { readStarts, type ChainStart } from '../ledger/notes/chain-start.ts';
import { readClosing } from '../ledger/chain/closed-ledger.ts';
import { readGroupCommits } from '../ledger/topic/group-commits.ts';
import type { IcebergCatalog } from '../../iceberg/iceberg-catalog.ts';
import { ExpiredDays } from '../ledger/notes/expired-days.ts';
import { checkFormat } from '../ledger/entry/check-format.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { WrittenEntry, WrittenObject } from '../ledger/entry/ledger-entry.ts';
import type { ObjectName } from '../ledger/keys/object-keys.ts';
import type { Catalog, ObjectStore } from '../ports/lake.ts';
import type { ParquetReader } from '../ports/parquet.ts';
import type { CommittedOffset, TopicDescription, TopicReader } from '../ports/topic.ts';
import { auditListing, lookAgain } from './objects/audit-listing.ts';
import { findAdoptedLosses } from './ledger/adopted-losses.ts';
import { auditKafkaPartition } from './ledger/audit-kafka-partition.ts';
import { unreadable } from './ledger/unreadable-entry.ts';
import { IcebergAudit } from './iceberg/iceberg-audit.ts';
import { BoundedWork } from '../../runtime/bounded-work.ts';
import { CatalogNeeds, type NeedsByKind } from './catalog/catalog-needs.ts';
import { EntryInspector } from './objects/entry-inspector.ts';
import { EntrySample } from './objects/entry-sample.ts';
import type { Finding } from './findings/finding.ts';
import { FindingList } from './findings/finding-list.ts';
import type { FormatAudit, FormatReport } from './format-audit.ts';
import { HiveAudit } from './hive/hive-audit.ts';
import { ObjectIndex, type EntryId } from './objects/object-index.ts';
import { lastCopy } from './ledger/audit-segments.ts';
import type { PartitionSummary } from './ledger/partition-summary.ts';
import type { Repair } from './findings/repair.ts';
import { findRowsWithoutTopic, mustNameTopic } from './ledger/rows-without-topic.ts';
import { findUnknownFiles, findUnknownFolders } from './ledger/unknown-files.ts';

export interface VerifyOptions {
  readonly ledger: Ledger;
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  /** The same tables as Iceberg tables, where they are. */
  readonly iceberg?: IcebergCatalog;
  readonly parquet: ParquetReader;
  /** Left out: the ledger is not compared with the broker. */
  readonly reader?: TopicReader;
  readonly table: string;
  readonly topic: string;
  /** Several topics are in the table; only this one is audited. */
  readonly isShared?: boolean;
  /** The group whose commits say how far the ledger once was; left out: nobody asks. */
  readonly groupId?: string;
  readonly nowMs: number;
  /** A claim older than this has nobody who works on it. */
  readonly claimAgeMaxMs: number;
  /** Reads every object whole: its checksum, its columns and, where the table has them, each row's Kafka coordinates. */
  readonly deep?: boolean;
  /** Reads the objects of so many entries, chosen at random by `seed`. */
  readonly sample?: { readonly entries: number; readonly seed: number };
  /** Looks at the objects of entries committed since then only, and at no listing of the lake. */
  readonly sinceMs?: number;
  /** Called now and then with how far it is. */
  readonly onProgress?: (progress: AuditProgress) => void;
}

export interface AuditProgress {
  readonly entries: number;
  readonly objects: number;
  readonly findings: number;
}

export interface VerifyReport extends Pick<FormatReport, 'unnamed' | 'waiting'> {
  readonly partitions: readonly PartitionSummary[];
  /** The first of them, where there are very many. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  /** What `carryOut` may do about them. */
  readonly repairs: readonly Repair[];
  /** The topic's ledger is closed: the Iceberg table that has adopted this one goes on. */
  readonly closed?: { readonly successor: string; readonly closedAt: string };
  /** Days before this one were removed, by RETENTION_DAYS: records of theirs that the ledger counts may be gone. */
  readonly expiredBefore?: string;
}

/** Entries whose objects are read whole at the same time. */
const wholeReadsMax = 4;

/** The audit: ledger against objects against catalog against broker. Changes nothing. Rejects with TABLE_MISMATCH for a table of another format. */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const { store, table, iceberg } = options;
  const expired = new ExpiredDays(store, table);
  await expired.refresh();
  const needs = { rows: new CatalogNeeds('rows'), 'dead-letters': new CatalogNeeds('dead-letters') };
  const tools = { ...options, expired, needs, findings: new FindingList() };
  const format = iceberg === undefined ? await HiveAudit.open(tools) : await IcebergAudit.open({ ...tools, iceberg });
  return new Audit({ ...tools, format }).run();
}

interface AuditOptions extends VerifyOptions {
  readonly findings: FindingList;
  readonly expired: ExpiredDays;
  readonly needs: NeedsByKind;
  readonly format: FormatAudit;
}

class Audit {
  readonly #options: AuditOptions;
  readonly #findings: FindingList;
  readonly #format: FormatAudit;
  readonly #repairs: Repair[] = [];
  readonly #index = new ObjectIndex();
  readonly #sample: EntrySample | undefined;
  readonly #inspector: EntryInspector;
  readonly #work: BoundedWork;
  readonly #onUnreadable = (key: string, error: unknown): void => this.#findings.add(unreadable(key, error));
  #mustNameTopic = false;
  #topic: TopicDescription | undefined;
  #entries = 0;
  #objects = 0;

  constructor(options: AuditOptions) {
    const { sample, needs } = options;
    this.#options = options;
    this.#findings = options.findings;
    this.#format = options.format;
    this.#sample = sample && new EntrySample(sample.entries, sample.seed);
    this.#work = new BoundedWork(options.deep === true ? wholeReadsMax : readsAtOnce);
    this.#inspector = new EntryInspector({
      ...options,
      onColumns: (kind, key, columns) => needs[kind].note(key, columns),
      isBeyondReplay: ({ partition, from }) => (this.#topic?.partitions.get(partition)?.low ?? 0n) > from,
    });
  }

  async run(): Promise<VerifyReport> {
    const { reader, sinceMs, expired } = this.#options;
    this.#mustNameTopic = await mustNameTopic(this.#options);
    const closed = await this.#closing();
    // what the broker holds now is of no matter to a ledger that has ended
    this.#topic = closed === undefined ? await reader?.describe() : undefined;
    const partitions = await this.#auditLedger(this.#topic);
    await this.#work.end();
    await this.#readSample();
    const deletions = sinceMs === undefined ? await this.#auditListing() : [];
    await this.#format.confirm(this.#index);
    if (sinceMs === undefined) await this.#lookAtDoubtful();
    const { repairs: mended, ...about } = await this.#format.end(partitions);
    const { shown, count } = this.#findings;
    const { before } = expired;
    return {
      partitions,
      findings: shown,
      findingCount: count,
      repairs: [...this.#repairs, ...mended, ...deletions],
      ...(closed && { closed }),
      ...(before !== undefined && { expiredBefore: before }),
      ...about,
    };
  }

  async #closing(): Promise<VerifyReport['closed']> {
    const { store, table, topic } = this.#options;
    try {
      const closing = await readClosing(store, { table, topic });
      return closing && { successor: closing.successor, closedAt: closing.closedAt };
    } catch (error) {
      if (!hasCode(error, 'LEDGER_CORRUPT')) throw error;
      this.#onUnreadable(String(error.details['key']), error);
      return undefined;
    }
  }

  async #auditLedger(topic: TopicDescription | undefined): Promise<PartitionSummary[]> {
    const { ledger, store, table, topic: name, sinceMs } = this.#options;
    const starts = await readStarts(store, { table, topic: name }, this.#onUnreadable);
    const known = [
      ...(await ledger.partitions({ table, topic: name })),
      ...(topic?.partitions.keys() ?? []),
      ...starts.keys(),
    ];
    this.#findings.addAll(await findUnknownFolders({ table, topic: name }, store));
    await this.#auditAdopted(starts);
    const commits = await this.#commits();
    const summaries: PartitionSummary[] = [];
    for (const partition of [...new Set(known)].toSorted((a, b) => a - b)) {
      const path = { table, topic: name, partition };
      const summary = await auditKafkaPartition(path, topic, {
        ...this.#options,
        sinceMs,
        rules: { ...this.#options, tableFormat: this.#format.format },
        noted: starts.get(partition),
        committed: commits?.get(partition),
        onWritten: (entry) => this.#take(entry),
        onEntry: () => this.#progress({ entries: 1 }),
        onRepair: (repair) => this.#repairs.push(repair),
      });
      summaries.push(summary);
      if (sinceMs === undefined) this.#findings.addAll(await findUnknownFiles(path, ledger));
    }
    return summaries;
  }

  async #auditAdopted(starts: ReadonlyMap<number, ChainStart>): Promise<void> {
    const { sinceMs } = this.#options;
    const options = { ...this.#options, sinceMs, onUnreadable: this.#onUnreadable };
    for await (const finding of findAdoptedLosses(starts, options)) this.#findings.add(finding);
  }

  /** Who may read the topic and nothing of the group audits without it. */
  async #commits(): Promise<ReadonlyMap<number, CommittedOffset> | undefined> {
    const { reader, groupId } = this.#options;
    return reader === undefined || groupId === undefined ? undefined : readGroupCommits(reader, groupId);
  }

  /** Remembers what the entry lists, and looks at its objects now if no listing will do. */
  async #take(entry: WrittenEntry): Promise<void> {
    const { deep = false, sinceMs, needs, expired } = this.#options;
    checkFormat(entry, this.#format.format);
    const hasExpired = ({ partition }: WrittenObject): boolean => expired.has(partition);
    needs.rows.add(entry, hasExpired);
    needs['dead-letters'].add(entry, hasExpired);
    this.#sample?.add(entry);
    if (this.#mustNameTopic) this.#findings.addAll(findRowsWithoutTopic(entry));
    this.#format.take(entry);
    const objects = entry.outcome.objects.filter((object) => this.#format.isNeeded(object));
    // entries of older versions do not say what a listing shows
    const isUntold = ({ version }: WrittenObject): boolean => version === undefined;
    const isInspected = deep || sinceMs !== undefined || objects.some((each) => isUntold(each) && !hasExpired(each));
    if (sinceMs === undefined)
      for (const object of objects) this.#index.add(entry, object, isInspected || hasExpired(object));
    if (isInspected) await this.#work.start(() => this.#inspect(entry, deep));
  }

  async #inspect(entry: WrittenEntry, deep: boolean): Promise<void> {
    this.#findings.addAll(await this.#inspector.inspect(entry, { deep }));
    this.#progress({ objects: entry.outcome.objects.length });
  }

  async #readSample(): Promise<void> {
    const inspect = (entry: WrittenEntry) => this.#inspect(entry, true);
    if (this.#sample !== undefined) await this.#lookAgain(this.#sample.chosen, inspect);
  }

  async #lookAgain(entries: Iterable<EntryId>, inspect: (entry: WrittenEntry) => Promise<void>): Promise<void> {
    const onGone = (key: string): void => this.#findings.add(lastCopy(key));
    await lookAgain(entries, { ...this.#options, inspect, onUnreadable: this.#onUnreadable, onGone });
  }

  async #auditListing(): Promise<Repair[]> {
    const lowOf = ({ topic, partition }: Pick<ObjectName, 'topic' | 'partition'>): bigint | undefined =>
      topic === this.#options.topic ? this.#topic?.partitions.get(partition)?.low : undefined;
    const onObject = (): void => this.#progress({ objects: 1 });
    return auditListing(this.#index, { ...this.#options, onObject, lowOf });
  }

  /** Looks at entries by themselves of which neither the listing nor a merged file has confirmed all objects. */
  async #lookAtDoubtful(): Promise<void> {
    const sampled = new Set(this.#sample?.chosen.map(({ partition, from }) => `${partition}/${from}`));
    const doubtful = this.#index.doubtful(({ partition, from }) => !sampled.has(`${partition}/${from}`));
    const inspect = (entry: WrittenEntry) => this.#inspect(entry, false);
    await this.#lookAgain(doubtful, inspect);
  }

  #progress({ entries = 0, objects = 0 }: { readonly entries?: number; readonly objects?: number }): void {
    this.#entries += entries;
    this.#objects += objects;
    this.#options.onProgress?.({ entries: this.#entries, objects: this.#objects, findings: this.#findings.count });
  }
}
