import { mapAhead } from '../../../runtime/concurrency.ts';
import type { ExpiredDays } from '../../ledger/notes/expired-days.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { WrittenEntry } from '../../ledger/entry/ledger-entry.ts';
import { mergedNoteKey } from '../../ledger/keys/ledger-keys.ts';
import {
  listMergedPaths,
  readMerged,
  type MergedFile,
  type MergedPartition,
  type MergedSource,
} from '../../ledger/notes/merged-partition.ts';
import {
  hivePathOf,
  isHidden,
  mergedFolder,
  mergedPrefix,
  parseObjectName,
  topicOfFile,
} from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import { auditMergedFiles, unlisted, type FileAuditOptions, type FolderAudit } from './audit-merged-files.ts';
import { findChangedSources, findWaiting, waitsTooLong, type WaitingObject } from './audit-merged-sources.ts';
import type { ExpectedLocation } from '../catalog/table-needs.ts';
import { unreadable } from '../ledger/unreadable-entry.ts';
import type { Waiting } from '../format-audit.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingList } from '../findings/finding-list.ts';
import type { ObjectIndex } from '../objects/object-index.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';

export interface MergedAuditOptions extends FileAuditOptions {
  readonly ledger: Ledger;
  readonly store: ObjectStore;
  readonly table: string;
  readonly nowMs: number;
  /** Days whose files need not be there any more. */
  readonly expired: ExpiredDays;
  readonly findings: FindingList;
  /** Only partitions are looked at of which an entry was taken. */
  readonly sinceMs?: number | undefined;
}

interface State extends Pick<FolderAudit, 'isWhole' | 'findings'> {
  readonly isMoved: boolean;
}

/** Objects that entries list in a Hive partition. */
interface Listed {
  objects: number;
  /** Their keys, where only the newest entries are audited. */
  readonly keys: string[];
}

/** What waits for longer is a finding: nobody runs upkeep. */
const waitingAgeMaxMs = 86_400_000;

/** Times that a partition is looked at while upkeep keeps changing it. */
const looksMax = 5;

const partitionsAtOnce = 8;

/** Audits the merged partitions of a Hive table: what their notes list is there, is what entries list, and nothing else lies beside it. */
export class MergedAudit {
  readonly #options: MergedAuditOptions;
  /** Hive partitions that had a note at the beginning. */
  readonly #noted: ReadonlySet<string>;
  readonly #listed = new Map<string, Listed>();
  readonly #states = new Map<string, State>();
  /** Folders of merged files without a note; true: the table's own folder has all that entries list. */
  readonly #unnoted = new Map<string, boolean>();
  readonly #waiting: WaitingObject[] = [];

  private constructor(options: MergedAuditOptions, noted: ReadonlySet<string>) {
    this.#options = options;
    this.#noted = noted;
  }

  static async open(options: MergedAuditOptions): Promise<MergedAudit> {
    const noted = await Array.fromAsync(listMergedPaths(options.store, options.table));
    return new MergedAudit(options, new Set(noted));
  }

  /** Remembers where the entry lists objects. */
  take({ outcome }: WrittenEntry): void {
    const { table, sinceMs, expired } = this.#options;
    for (const { key, kind, partition } of outcome.objects) {
      const path = kind === 'rows' && !expired.has(partition) ? hivePathOf(key, table) : '';
      if (path === '') continue;
      const listed = this.#listed.get(path) ?? { objects: 0, keys: [] };
      this.#listed.set(path, listed);
      listed.objects++;
      if (sinceMs !== undefined) listed.keys.push(key);
    }
  }

  /** Audits the partitions with a note. `index` has the objects that all entries list. */
  async run(index: ObjectIndex): Promise<void> {
    const { store, table, sinceMs, nowMs, findings } = this.#options;
    const isWhole = sinceMs === undefined;
    const folders = isWhole ? await foldersOf(store, table) : new Map<string, ObjectInfo[]>();
    // others may have been merged since the beginning
    const paths = isWhole ? await Array.fromAsync(listMergedPaths(store, table)) : this.#touched();
    const audit = async (path: string): Promise<string> => {
      await this.#audit(path, folders.get(path), index);
      return path;
    };
    for await (const path of mapAhead(paths, partitionsAtOnce, audit)) folders.delete(path);
    for (const path of folders.keys()) await this.#auditUnnoted(path);
    const late = this.#waiting.filter(({ atMs }) => nowMs - atMs > waitingAgeMaxMs);
    findings.addAll(late.map(waitsTooLong));
  }

  /** Where the catalog is to have the Hive partition. */
  locationOf(path: string): ExpectedLocation {
    const { table, store } = this.#options;
    const folder = (of: string): string => store.uri(`${of}/${path}/`);
    const [old, merged] = [folder(table), folder(mergedFolder(table))];
    const state = this.#states.get(path);
    if (state?.isMoved === true) return { location: merged, isWhole: state.isWhole };
    const isNoted = state !== undefined || this.#noted.has(path);
    // what only the new folder has must stay in sight
    const isWhole = this.#unnoted.get(path) ?? true;
    return { location: old, isWhole, ...(isNoted && { alternative: merged }) };
  }

  /** Takes in that readers look at the new folder of a partition whose note does not say so yet: what is wrong there counts. */
  seeMoved(path: string): void {
    this.#options.findings.addAll(this.#states.get(path)?.findings ?? []);
  }

  /** `undefined` when nothing waits. */
  get waiting(): Waiting | undefined {
    const waiting = this.#waiting;
    if (waiting.length === 0) return undefined;
    const partitions = new Set(waiting.map(({ path }) => path)).size;
    return { partitions, objects: waiting.length, rows: waiting.reduce((sum, { rows }) => sum + rows, 0) };
  }

  #touched(): string[] {
    return [...this.#listed.keys()].filter((path) => this.#noted.has(path));
  }

  /** What seems wrong is believed when the partition, looked at again, has the same note. */
  async #audit(path: string, listed: readonly ObjectInfo[] | undefined, index: ObjectIndex): Promise<void> {
    const { expired, findings } = this.#options;
    let revision: number | undefined;
    for (let looks = 1; ; looks++) {
      const note = await this.#read(path);
      if (note === undefined || expired.has(note.values)) return;
      const objects = (looks === 1 ? listed : undefined) ?? (await this.#list(path));
      const folder = await auditMergedFiles(note, objects, this.#options);
      const isMoved = note.movedAt !== undefined;
      const { wrong, waiting } = isMoved ? await this.#auditSources(path, { note, folder, index }) : nothing;
      const isSure = note.revision === revision || looks === looksMax;
      revision = note.revision;
      if (folder.findings.length + wrong.length > 0 && !isSure) continue;
      this.#states.set(path, { ...folder, isMoved });
      if (isMoved) findings.addAll([...folder.findings, ...wrong]);
      for (const each of waiting) this.#waiting.push(each);
      return;
    }
  }

  /** Compares the sources of the files that are there with what entries list. An entry is read where the two differ. */
  async #auditSources(
    path: string,
    {
      note,
      folder,
      index,
    }: { readonly note: MergedPartition; readonly folder: FolderAudit; readonly index: ObjectIndex },
  ): Promise<{ readonly wrong: readonly Finding[]; readonly waiting: readonly WaitingObject[] }> {
    const { sinceMs } = this.#options;
    const sources = this.#sourcesOf(note, folder);
    const held = new Set(sources.map(({ source }) => source.key));
    if (sinceMs !== undefined) {
      const keys = this.#listed.get(path)?.keys.filter((key) => !held.has(key)) ?? [];
      return { wrong: [], waiting: await findWaiting(keys, { ...this.#options, path }) };
    }
    const changed = sources.filter(({ source: { key, rows } }) => !index.confirm(key, rows));
    const wrong = await findChangedSources(changed, this.#options);
    const isAll = sources.length - changed.length === (this.#listed.get(path)?.objects ?? 0);
    const keys = isAll ? [] : (await this.#keysIn(path)).filter((key) => !held.has(key));
    return { wrong, waiting: await findWaiting(keys, { ...this.#options, path }) };
  }

  /** Sources of the audited topic, of files that have been put. */
  #sourcesOf(
    { files }: MergedPartition,
    { judged }: FolderAudit,
  ): { readonly file: MergedFile; readonly source: MergedSource }[] {
    const present = files.filter(({ key }) => judged.has(key));
    const sources = present.flatMap((file) => file.sources.map((source) => ({ file, source })));
    return sources.filter(({ source }) => parseObjectName(source.key)?.topic === this.#options.topic);
  }

  async #keysIn(path: string): Promise<string[]> {
    const { store, table } = this.#options;
    return Array.fromAsync(store.list(`${table}/${path}/`), ({ key }) => key);
  }

  /** Objects of a folder without a note; one that has a note by now was merged meanwhile. */
  async #auditUnnoted(path: string): Promise<void> {
    const objects = await this.#list(path);
    if ((await this.#read(path)) !== undefined) return;
    const { topic, findings } = this.#options;
    findings.addAll(objects.map(unlisted));
    const there = await findWaiting(await this.#keysIn(path), { ...this.#options, path });
    const isOneTopic = objects.every(({ key }) => (topicOfFile(key) ?? topic) === topic);
    this.#unnoted.set(path, isOneTopic && there.length >= (this.#listed.get(path)?.objects ?? 0));
  }

  async #read(path: string): Promise<MergedPartition | undefined> {
    const { store, table, findings } = this.#options;
    const found = await unlessUnreadable(
      () => readMerged(store, table, path),
      (error) => {
        findings.add(unreadable(mergedNoteKey(table, path), error));
        return undefined;
      },
    );
    return found?.note;
  }

  async #list(path: string): Promise<ObjectInfo[]> {
    const { store, table } = this.#options;
    const objects = await Array.fromAsync(store.list(mergedPrefix(table, path)));
    return objects.filter(({ key }) => !isHidden(key));
  }
}

const nothing = { wrong: [], waiting: [] } as const;

/** All objects of merged partitions, by the Hive partition. */
async function foldersOf(store: ObjectStore, table: string): Promise<Map<string, ObjectInfo[]>> {
  const folder = mergedFolder(table);
  const folders = new Map<string, ObjectInfo[]>();
  for await (const info of store.list(`${folder}/`)) {
    const path = hivePathOf(info.key, folder);
    if (path === '' || isHidden(info.key)) continue;
    const objects = folders.get(path) ?? [];
    folders.set(path, objects);
    objects.push(info);
  }
  return folders;
}
