import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import type { ParquetReader } from '../../ports/parquet.ts';
import { parseObjectName, type ObjectRange } from '../../ledger/keys/object-keys.ts';
import { rowOffsets, rowOffsetsWithin } from './file-offsets.ts';
import { findFormat1Objects, type NamedObject } from './format-1-objects.ts';
import { NewerObjects } from './newer-objects.ts';
import { findMergedAway } from './merged-away.ts';
import { areObjectsThere, ObjectWriter, type ObjectDraft, type PutOutcome } from './object-writer.ts';
import { findMeetingObjects, type RangeObject } from './range-objects.ts';

interface TableStore {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
  readonly table: string;
}

/** The objects of one table and of its dead letters in the store: puts them, looks for them, and deletes them. */
export class TableObjects {
  readonly #options: TableStore;
  readonly #writer: ObjectWriter;
  readonly #newer: NewerObjects;

  constructor(options: TableStore) {
    this.#options = options;
    this.#writer = new ObjectWriter(options);
    this.#newer = new NewerObjects(options);
  }

  /** Puts the object if its key is free; what lies there already stays. */
  async put(draft: ObjectDraft, bytes: Uint8Array): Promise<PutOutcome> {
    return this.#writer.put(draft, bytes);
  }

  /** Looks at an object that is known by its name: an earlier try may have put it, and upkeep have merged it since. */
  async look(named: NamedObject & Pick<ObjectDraft, 'expected'>): Promise<PutOutcome> {
    const found = await this.#writer.find({ ...named, rows: 1 });
    const merged = found.kind === 'absent' ? await findMergedAway(named.key, this.#options) : undefined;
    if (merged === undefined || merged.rows > (named.expected?.rowsMax ?? merged.rows)) return found;
    const { key, kind, partition } = named;
    return { kind: 'kept', object: { key, kind, partition, rows: merged.rows, bytes: 0 } };
  }

  /** An object from the range's first offset on, in a folder that these keys would go to and this process has not looked at yet. */
  async findNewer(range: ObjectRange, keys: readonly string[]): Promise<string | undefined> {
    return this.#newer.find(range, keys);
  }

  /** An object that begins within the range, in a folder that these keys would go to. */
  async findWithin(range: ObjectRange, keys: readonly string[]): Promise<string | undefined> {
    return this.#newer.findWithin(range, keys);
  }

  /** All objects whose names say that they hold rows or dead letters of the range. The table is listed. */
  async findMeeting(range: Omit<ObjectRange, 'generation'>): Promise<RangeObject[]> {
    return findMeetingObjects(range, this.#options.store);
  }

  /**
   * The Kafka offset of each row of an object, which may be in a merged file by now; `undefined` where it does not tell them, is gone or of another
   * partition, or numbers rows of one record.
   */
  async offsetsOf(key: string, partition: number): Promise<bigint[] | undefined> {
    const info = await this.#options.store.head(key);
    if (info !== undefined) return rowOffsets(info, partition, this.#options);
    const name = parseObjectName(key);
    const merged = name && (await findMergedAway(key, this.#options));
    const offsets = merged && (await rowOffsetsWithin(merged.holder, name, this.#options));
    return offsets?.length === merged?.rows ? offsets : undefined;
  }

  /** Objects that a process of ledger format 1 has put for the range. */
  async findFormat1(range: Omit<ObjectRange, 'generation'>): Promise<NamedObject[]> {
    return findFormat1Objects(range, this.#options.store);
  }

  /** True when all objects are in the store as they were written, but for those of days that have expired. */
  async areThere(objects: readonly WrittenObject[]): Promise<boolean> {
    return areObjectsThere(objects, this.#options);
  }

  /** Tells whether an object is there under one of the keys. */
  async holdsSome(keys: readonly string[]): Promise<boolean> {
    const found = await mapConcurrently(keys, readsAtOnce, (key) => this.#options.store.head(key));
    return found.some((info) => info !== undefined);
  }

  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#options.store.delete(keys);
  }
}
