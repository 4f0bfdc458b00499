import type { PlacedFile } from '../../../iceberg/manifests/live-files.ts';
import type { TableReferences } from '../../../iceberg/manifests/table-references.ts';
import { defaultSpec } from '../../../iceberg/metadata/table-metadata.ts';
import type { LoadedTable } from '../../../iceberg/iceberg-catalog.ts';
import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import type { ExpiredDays } from '../../ledger/notes/expired-days.ts';
import type { WrittenEntry, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectInfo } from '../../ports/lake.ts';
import type { TopicTable } from '../../table/dead-letters/topic-tables.ts';
import { parseObjectName, topicOfFile } from '../../ledger/keys/object-keys.ts';
import { adoptedRowsOf, otherTopicsOf, positionsOf, type TablePositions } from '../../snapshot/table-positions.ts';
import { aboutRange, type Finding } from '../findings/finding.ts';
import type { PartitionSummary } from '../ledger/partition-summary.ts';
import { DeletedRows } from './deleted-rows.ts';
import { loadAuditedState, restore, type AuditedState, type AuditedTableOptions } from './audited-state.ts';
import { missingFile } from './missing-file.ts';
import { RewrittenRows } from '../rewritten/rewritten-rows.ts';
import { larger } from '../../../runtime/bigints.ts';

export interface IcebergTableOptions extends AuditedTableOptions {
  /** Days whose files need not be in the table any more. */
  readonly expired: ExpiredDays;
  /** The settings have other topics in the table too; those that it holds rows of are audited by themselves whatever they say. */
  readonly isShared?: boolean;
  readonly nowMs: number;
  /** What was written longer ago should be in a snapshot by now. */
  readonly claimAgeMaxMs: number;
}

/** A live file that no entry lists. */
export interface UnlistedFile {
  readonly key: string;
  readonly rows: number;
  readonly placed: PlacedFile;
}

/**
 * Audits one Iceberg table against the ledger: what its positions say it holds is in its current snapshot, once, and nothing else of ours;
 * all its snapshots can be read. The table is loaded before the ledger is read, so that every entry that it has taken in is met.
 */
export class IcebergTableAudit {
  readonly table: LoadedTable | undefined;
  readonly rewritten = new RewrittenRows();
  readonly #target: TopicTable;
  readonly #options: IcebergTableOptions;
  readonly #references: TableReferences;
  readonly #positions: TablePositions;
  readonly #otherTopics: ReadonlySet<string>;
  readonly #early: Finding[];
  /** Live files that no entry has claimed yet. */
  readonly #unclaimed: Set<string>;
  /** Named files that no listing has shown yet. */
  readonly #unseen: Set<string>;

  private constructor(target: TopicTable, options: IcebergTableOptions, state: AuditedState) {
    this.table = state.table;
    this.#target = target;
    this.#options = options;
    this.#references = state.references;
    this.#positions = state.table === undefined ? new Map() : positionsOf(state.table.metadata, options.topic);
    this.#otherTopics = state.table === undefined ? new Set() : otherTopicsOf(state.table.metadata, options.topic);
    this.#early = state.findings;
    this.#unclaimed = new Set(state.references.live.keys());
    this.#unseen = new Set(state.references.named.keys());
  }

  static async open(target: TopicTable, options: IcebergTableOptions): Promise<IcebergTableAudit> {
    return new IcebergTableAudit(target, options, await loadAuditedState(target, options));
  }

  /** Compares an entry with what the table holds. */
  take(entry: WrittenEntry): Finding[] {
    const objects = entry.outcome.objects.filter(({ kind }) => kind === this.#target.kind);
    if (this.table === undefined) return [];
    if (entry.state === 'replacing') this.rewritten.noteUnfinished(entry);
    const position = this.#positions.get(entry.partition) ?? 0n;
    if (entry.to <= position) return this.#takeIn(entry, objects);
    return entry.from < position ? [this.#cutThrough(entry, position)] : this.#waiting(entry, objects);
  }

  /** True for an entry's object that the table has, or is still to have; what it has given up for another file need not be there. */
  isNeeded(key: string): boolean {
    const name = parseObjectName(key);
    if (this.table === undefined || name === undefined || this.#references.live.has(key)) return true;
    return name.to > (this.#positions.get(name.partition) ?? 0n);
  }

  /** True for a file that some snapshot or the catalog names; its size is compared. */
  see({ key, size }: ObjectInfo): { readonly isNamed: boolean; readonly findings: Finding[] } {
    this.#unseen.delete(key);
    const file = this.#references.live.get(key);
    if (file === undefined || file.bytes === size) return { isNamed: this.#references.named.has(key), findings: [] };
    const what = `has ${size} bytes, the table's manifests say ${file.bytes}: no engine reads it`;
    return { isNamed: true, findings: [{ problem: 'object-size', where: key, what, action: restore }] };
  }

  /** Gives the findings that show only after all entries were taken and, if `isListed`, the lake was listed. */
  async findings(summaries: readonly PartitionSummary[], isListed: boolean): Promise<Finding[]> {
    return [
      ...this.#early,
      ...this.#references.unreadable.map(({ uri, why }) => unreadable(uri, why)),
      ...this.#beyond(summaries),
      ...(isListed ? await this.#missing() : []),
    ];
  }

  /** Live files that are not of the ledger: what upkeep and other engines have written, by rewriting ours or by adding to them. */
  unlistedFiles(): readonly UnlistedFile[] {
    const unlisted = [...this.#unclaimed].filter((key) => !this.#isOfOtherTopic(key) && !this.#isExpired(key));
    return unlisted.flatMap((key) => {
      const placed = this.#placed(key);
      return placed === undefined ? [] : [{ key, rows: this.#references.live.get(key)?.rows ?? 0, placed }];
    });
  }

  /** Rows that files of deletes take out of the current snapshot's files, without those of days that are about to be removed. */
  deletes(): DeletedRows {
    const { live, deletes } = this.#references;
    const staying = deletes.length === 0 ? [] : [...live.keys()].filter((key) => !this.#isExpired(key));
    const data = staying.flatMap((key) => this.#placed(key) ?? []);
    return new DeletedRows({ data, deletes }, this.#options);
  }

  #placed(key: string): PlacedFile | undefined {
    const file = this.#references.live.get(key);
    if (file === undefined) return undefined;
    const { partition, specId, sequenceNumber } = file;
    const path = this.#options.store.uri(key);
    return { file: { file_path: path, partition }, specId, sequenceNumber: BigInt(sequenceNumber) };
  }

  /** Rows that were adopted, without those of days that are about to be removed. */
  get adoptedRows(): number {
    const adopted = this.table === undefined ? 0 : adoptedRowsOf(this.table.metadata, this.#options.topic);
    const isLeaving = (key: string): boolean =>
      !key.startsWith(`${this.#target.name}/`) && !this.#isOfOtherTopic(key) && this.#isExpired(key);
    const leaving = [...this.#unclaimed].filter(isLeaving);
    return adopted - leaving.reduce((sum, key) => sum + (this.#references.live.get(key)?.rows ?? 0), 0);
  }

  #isExpired(key: string): boolean {
    const spec = this.table === undefined ? undefined : defaultSpec(this.table.metadata);
    const partition = this.#references.live.get(key)?.partition ?? {};
    const values = (spec?.fields ?? []).map(({ name }) => String(partition[name]));
    return this.#options.expired.has(values);
  }

  #isOfOtherTopic(key: string): boolean {
    const { isShared = false, topic } = this.#options;
    const found = topicOfFile(key);
    return found !== undefined && (this.#otherTopics.has(found) || (isShared && found !== topic));
  }

  #takeIn(entry: WrittenEntry, objects: readonly WrittenObject[]): Finding[] {
    const findings: Finding[] = [];
    for (const object of objects) {
      this.rewritten.noteCoordinates(entry, object);
      const file = this.#references.live.get(object.key);
      if (file === undefined) this.rewritten.add(entry, object);
      else if (file.rows !== object.rows) findings.push(otherRows(entry, object, file.rows));
      this.#unclaimed.delete(object.key);
    }
    return findings;
  }

  #waiting(entry: WrittenEntry, objects: readonly WrittenObject[]): Finding[] {
    const held = objects.filter(({ key }) => this.#references.live.has(key));
    for (const { key } of held) this.#unclaimed.delete(key);
    const early = held.map(({ key }) => {
      const what = `is in the table ${this.#target.name}, whose positions do not cover it: the next snapshot would add it again`;
      return { problem: 'table-position' as const, partition: entry.partition, where: key, what, action: setPositions };
    });
    const ageMs = this.#options.nowMs - Date.parse(entry.outcome.committedAt);
    if (objects.length === 0 || ageMs <= this.#options.claimAgeMaxMs) return early;
    const what = `was written at ${entry.outcome.committedAt}, and no snapshot of ${this.#target.name} has taken it in`;
    const action = 'see that glueless consume runs, and what it logs about snapshots';
    return [...early, aboutRange(entry, { problem: 'snapshot-late', what, action })];
  }

  #cutThrough(entry: WrittenEntry, position: bigint): Finding {
    const what = `has the table's position ${position} inside: a snapshot takes in whole entries`;
    return aboutRange(entry, { problem: 'table-position', what, action: setPositions });
  }

  /** Positions behind which the ledger has nothing. */
  #beyond(summaries: readonly PartitionSummary[]): Finding[] {
    // a chain without an entry ends where it is to begin
    const ends = new Map(summaries.map(({ partition, from, to }) => [partition, larger(from, to)]));
    return [...this.#positions].flatMap(([partition, position]) => {
      const end = ends.get(partition) ?? 0n;
      if (position <= end) return [];
      const what = `is what the table ${this.#target.name} holds, and the ledger ends at ${end}`;
      const action = 'restore _ledger/ and the table of one moment';
      return [{ problem: 'ledger-behind' as const, partition, where: `offset ${position}`, what, action }];
    });
  }

  /** Files that the listing of the table's folder has not shown: those of other folders are asked for. */
  async #missing(): Promise<Finding[]> {
    const { store } = this.#options;
    const found = await mapConcurrently([...this.#unseen], readsAtOnce, async (key) => {
      const table = this.table;
      if (table === undefined || (await store.head(key)) !== undefined) return [];
      return [missingFile(key, this.#references, table)];
    });
    return found.flat();
  }
}

const setPositions =
  'stop glueless, and set the table’s property glueless.positions to where its files end (docs/iceberg.md)';

function unreadable(where: string, why: string): Finding {
  return { problem: 'snapshot-unreadable', where, what: `can't be used: ${why}`, action: restore };
}

function otherRows(entry: WrittenEntry, { key, rows }: WrittenObject, found: number): Finding {
  const what = `has ${found} rows by the table's manifests, the ledger says ${rows}`;
  return { problem: 'object-rows', partition: entry.partition, where: key, what, action: restore };
}
