import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import { findHolder, readMerged, type MergedFile, type MergedPartition } from '../../ledger/notes/merged-partition.ts';
import { hivePathOf } from '../../ledger/keys/object-keys.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';

/** A file that has the rows of a source. */
interface SourceFile {
  readonly file: MergedFile;
  readonly rows: number;
}

/** The object that holds rows that were merged. */
export interface MergedObject {
  readonly key: string;
  readonly size: number;
}

/** Most notes that are remembered: objects come in the order of their offsets, so that a partition is asked for again and again. */
const notesMax = 64;

/** Finds the merged files in which readers find the rows of objects, by the notes of their Hive partitions. Each note is read when it is asked for. */
export class MergedObjects {
  readonly #store: ObjectStore;
  readonly #table: string;
  readonly #notes = new Map<string, ReadonlyMap<string, SourceFile>>();

  constructor({ store, table }: { readonly store: ObjectStore; readonly table: string }) {
    this.#store = store;
    this.#table = table;
  }

  /** True for an object whose rows readers find in another file; whatever is wrong with that one is told of that one. */
  async has(object: WrittenObject): Promise<boolean> {
    const file = await this.#fileOf(object);
    if (file === undefined) return false;
    if (file.bytes !== undefined) return true;
    const keys = [file.key, ...(file.bases ?? []).map(({ key }) => key)];
    for (const key of keys) if ((await this.#store.head(key)) !== undefined) return true;
    return false;
  }

  /** Gives what has the object's rows now; `undefined` when no note says so, or what it says is not there. */
  async find(object: WrittenObject): Promise<MergedObject | undefined> {
    const file = await this.#fileOf(object);
    return file && findHolder(file, this.#store);
  }

  async #fileOf({ key, rows, kind }: WrittenObject): Promise<MergedFile | undefined> {
    const path = kind === 'rows' ? hivePathOf(key, this.#table) : '';
    if (path === '') return undefined;
    // the note may have changed since it was read
    const source = this.#notes.get(path)?.get(key) ?? (await this.#read(path)).get(key);
    return source?.rows === rows ? source.file : undefined;
  }

  async #read(path: string): Promise<ReadonlyMap<string, SourceFile>> {
    const stored = await unlessUnreadable(
      () => readMerged(this.#store, this.#table, path),
      () => undefined,
    );
    const files = filesOf(stored?.note);
    this.#notes.delete(path);
    this.#notes.set(path, files);
    const [oldest] = this.#notes.keys();
    if (this.#notes.size > notesMax && oldest !== undefined) this.#notes.delete(oldest);
    return files;
  }
}

/** Files that count: readers look at those of a partition that has moved. */
function filesOf(note: MergedPartition | undefined): Map<string, SourceFile> {
  const files = note?.movedAt === undefined ? [] : note.files;
  return new Map(files.flatMap((file) => file.sources.map(({ key, rows }) => [key, { file, rows }] as const)));
}
