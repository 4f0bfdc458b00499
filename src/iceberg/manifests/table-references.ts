import { mapConcurrently, readsAtOnce } from '../../runtime/concurrency.ts';
import { isRetryable, messageOf } from '../../runtime/errors.ts';
import type { LoadedTable } from '../iceberg-catalog.ts';
import { deletesOf, type LiveFile } from './live-files.ts';
import { fileContent, type DataFile, type ManifestEntry } from './manifest.ts';
import type { ListFacts, ManifestFile } from './manifest-list.ts';
import { partitionId } from '../metadata/partition-fields.ts';
import { readList, readManifestEntries } from './read-snapshot.ts';
import type { TableFiles } from './table-files.ts';
import type { Snapshot } from '../metadata/table-metadata.ts';

/** What is kept of a data file: there may be a hundred thousand. */
export interface ReferencedFile {
  readonly rows: number;
  readonly bytes: number;
  /** Values of the partition spec's fields by their names; one object for all files of a partition. */
  readonly partition: Readonly<Record<string, unknown>>;
  readonly specId: number;
  /** Deletes apply to files that are older by this number. */
  readonly sequenceNumber: number;
}

/** Everything that a table's metadata names, of all its snapshots. Files are known by their keys in the lake's store. */
export interface TableReferences {
  /** Data files of the current snapshot. */
  readonly live: ReadonlyMap<string, ReferencedFile>;
  /** Files by which other engines have deleted rows of the current snapshot's data files, also of those that were rewritten since. */
  readonly deletes: readonly LiveFile[];
  /** Data files, and files of deletes, that only snapshots before the current one have; none where not all could be read. */
  readonly past: ReadonlySet<string>;
  /** All files of all snapshots, metadata files too, each with what names it. */
  readonly named: ReadonlyMap<string, string>;
  /** What the snapshots' writers have noted in the headers of their lists, by the snapshot's id. */
  readonly facts: ReadonlyMap<bigint, ListFacts>;
  /** Lists and manifests that can't be read. */
  readonly unreadable: readonly { readonly uri: string; readonly why: string }[];
}

/** Reads all lists and manifests that the table's metadata names, each once. */
export async function readReferences(table: LoadedTable, files: TableFiles): Promise<TableReferences> {
  return new ReferenceReader(table, files).read();
}

class ReferenceReader {
  readonly #table: LoadedTable;
  readonly #files: TableFiles;
  readonly #live = new Map<string, ReferencedFile>();
  readonly #partitions = new Map<string, ReferencedFile['partition']>();
  readonly #deletes: LiveFile[] = [];
  readonly #past = new Set<string>();
  readonly #deleteKeys = new Set<string>();
  readonly #named = new Map<string, string>();
  readonly #namers = new Map<string, string>();
  readonly #facts = new Map<bigint, ListFacts>();
  readonly #unreadable: { uri: string; why: string }[] = [];

  constructor(table: LoadedTable, files: TableFiles) {
    this.#table = table;
    this.#files = files;
  }

  async read(): Promise<TableReferences> {
    const { metadata, metadataLocation } = this.#table;
    const log = metadata['metadata-log'].map((entry) => entry['metadata-file']);
    // a REST catalog may keep metadata files elsewhere, and reads them itself
    for (const uri of [metadataLocation, ...log]) if (this.#files.holds(uri)) this.#name(uri, 'the catalog');
    const manifests = new Map<string, ManifestFile>();
    const current = new Set<string>();
    const lists = await mapConcurrently(metadata.snapshots, readsAtOnce, (snapshot) => this.#readList(snapshot));
    for (const [index, list] of lists.entries())
      for (const manifest of list) {
        manifests.set(manifest.manifest_path, manifest);
        const id = metadata.snapshots[index]?.['snapshot-id'];
        if (id === metadata['current-snapshot-id']) current.add(manifest.manifest_path);
      }
    await mapConcurrently([...manifests.values()], readsAtOnce, (manifest) =>
      this.#readManifest(manifest, current.has(manifest.manifest_path)),
    );
    return {
      live: this.#live,
      deletes: this.#deletes,
      // what can't be read may be the current snapshot's
      past: this.#unreadable.length > 0 ? new Set() : this.#past.difference(this.#live).difference(this.#deleteKeys),
      named: this.#named,
      facts: this.#facts,
      unreadable: this.#unreadable,
    };
  }

  async #readList(snapshot: Snapshot): Promise<ManifestFile[]> {
    const uri = snapshot['manifest-list'];
    this.#name(uri, `the snapshot ${snapshot['snapshot-id']}`);
    const list = await this.#attempt(uri, () => readList(snapshot, this.#files));
    if (list === undefined) return [];
    this.#facts.set(snapshot['snapshot-id'], list.facts);
    return list.manifests;
  }

  async #readManifest(manifest: ManifestFile, isCurrent: boolean): Promise<void> {
    const uri = manifest.manifest_path;
    this.#name(uri, `the snapshot ${manifest.added_snapshot_id}`);
    await this.#attempt(uri, async () => {
      const { entries } = await readManifestEntries(manifest, this.#files);
      for (const entry of entries) this.#note(entry, manifest, isCurrent);
    });
  }

  #note(entry: ManifestEntry, manifest: ManifestFile, isCurrent: boolean): void {
    const { snapshot_id: id, sequence_number: number, data_file: file } = entry;
    const key = this.#name(file.file_path, `the snapshot ${id}`);
    if (key === undefined) return;
    if (!isCurrent) return void this.#past.add(key);
    const { content, record_count: rows, file_size_in_bytes: bytes } = file;
    if (content !== fileContent.data) {
      this.#deletes.push(deletesOf(entry, manifest));
      this.#deleteKeys.add(key);
    } else {
      const placed = { specId: manifest.partition_spec_id, sequenceNumber: Number(number ?? 0) };
      this.#live.set(key, { rows, bytes, partition: this.#partitionOf(file), ...placed });
    }
  }

  #partitionOf({ partition }: DataFile): ReferencedFile['partition'] {
    const id = partitionId(partition);
    const known = this.#partitions.get(id);
    if (known === undefined) this.#partitions.set(id, partition);
    return known ?? partition;
  }

  /** Notes what names the file, and gives its key; `undefined` for a file outside of the lake. */
  #name(uri: string, by: string): string | undefined {
    try {
      const key = this.#files.keyOf(uri);
      if (!this.#named.has(key)) this.#named.set(key, this.#namer(by));
      return key;
    } catch (error) {
      this.#unreadable.push({ uri, why: messageOf(error) });
      return undefined;
    }
  }

  /** One string for all that it names. */
  #namer(by: string): string {
    const known = this.#namers.get(by);
    if (known === undefined) this.#namers.set(by, by);
    return known ?? by;
  }

  async #attempt<T>(uri: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (isRetryable(error)) throw error;
      this.#unreadable.push({ uri, why: messageOf(error) });
      return undefined;
    }
  }
}
