import { crc32 } from 'node:zlib';
import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { isExpired, readExpiry } from '../../ledger/notes/expired-days.ts';
import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import { objectSource, type ParquetReader } from '../../ports/parquet.ts';
import { findMergedAway } from './merged-away.ts';
import { rowsOfItsKey, type ExpectedObject } from './own-object.ts';

/** One object to be: a key that follows from the claim, and how to make its bytes. */
export interface ObjectDraft extends Pick<WrittenObject, 'key' | 'kind' | 'rows' | 'partition'> {
  encode(): Promise<Uint8Array>;
  /** What lies under the key already must be this; left out: any file with so many rows will do. */
  readonly expected?: ExpectedObject;
}

export type PutOutcome =
  | { readonly kind: 'created'; readonly object: WrittenObject }
  /** An earlier try has put it, with at least as many rows; of no bytes where these are in a merged file by now. */
  | { readonly kind: 'kept'; readonly object: WrittenObject }
  | { readonly kind: 'absent' }
  /**
   * What lies under the key is damaged, is of another range, holds fewer rows than we have, or has the same bytes as another object of the batch. `orElse`: that
   * one, where it may as well be what was copied over.
   */
  | { readonly kind: 'spoiled'; readonly key: string; readonly orElse?: string };

/** Puts objects under keys that are written once. A key that is taken is looked at, never written over. */
export class ObjectWriter {
  readonly #store: ObjectStore;
  readonly #parquet: ParquetReader;

  constructor({ store, parquet }: { readonly store: ObjectStore; readonly parquet: ParquetReader }) {
    this.#store = store;
    this.#parquet = parquet;
  }

  async put(draft: ObjectDraft, bytes: Uint8Array): Promise<PutOutcome> {
    const { key, kind, rows, partition } = draft;
    const result = await this.#store.put(key, bytes, { ifAbsent: true });
    if (result.kind === 'refused') return this.#findTaken(draft);
    const written = { bytes: bytes.length, crc32: crc32(bytes), version: result.version };
    return { kind: 'created', object: { key, kind, rows, partition, ...written } };
  }

  /** A key that was taken and is free again was passed by a later generation, or emptied by hand: whoever puts must look again. */
  async #findTaken(draft: ObjectDraft): Promise<PutOutcome> {
    const found = await this.find(draft);
    if (found.kind !== 'absent') return found;
    throw new PipelineError('STORE_UNAVAILABLE', {
      message: `${draft.key} was refused as taken, and is not there`,
      retryable: true,
    });
  }

  /** Looks at what lies under the key: it is kept when it is whole, as `expected`, and has at least `rows` rows. */
  async find({ key, kind, rows, partition, expected }: Omit<ObjectDraft, 'encode'>): Promise<PutOutcome> {
    const info = await this.#store.head(key);
    if (info === undefined) return { kind: 'absent' };
    const found = await this.#rowsOf({ key, size: info.size }, expected);
    if (found === 'gone') return { kind: 'absent' };
    if (found === 'damaged' || found < rows) return { kind: 'spoiled', key };
    const checksum = info.crc32 ?? (await this.#checksumOf(key));
    if (checksum === undefined) return { kind: 'absent' };
    const { size: bytes, version } = info;
    const written = { bytes, crc32: checksum, ...(version !== undefined && { version }) };
    return { kind: 'kept', object: { key, kind, rows: found, partition, ...written } };
  }

  /** `damaged`: bytes that are no Parquet file, or another one than expected. What can't be read now rejects, and is tried again. */
  async #rowsOf(
    file: Pick<ObjectInfo, 'key' | 'size'>,
    expected: ExpectedObject | undefined,
  ): Promise<number | 'damaged' | 'gone'> {
    const [store, parquet] = [this.#store, this.#parquet];
    try {
      if (expected === undefined) return await parquet.rowCount(objectSource(store, file));
      return (await rowsOfItsKey(file, expected, { store, parquet })) ?? 'damaged';
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      if (error.code === 'OBJECT_UNREADABLE') return 'damaged';
      // another process has deleted it meanwhile
      if (error.code === 'STORE_MISSING') return 'gone';
      throw error;
    }
  }

  async #checksumOf(key: string): Promise<number | undefined> {
    const stored = await this.#store.get(key);
    return stored && crc32(stored.bytes);
  }
}

/**
 * True when all objects of the table are in the store with the size, and the checksum where it keeps one, that they were written with. Those of
 * days that have expired may be gone, and those whose rows are in merged files that are there.
 */
export async function areObjectsThere(
  objects: readonly WrittenObject[],
  { store, table }: { readonly store: ObjectStore; readonly table: string },
): Promise<boolean> {
  const looks = await mapConcurrently(objects, readsAtOnce, async (object) =>
    differenceOf(object, await store.head(object.key)) === undefined ? [] : [object],
  );
  const differing = looks.flat();
  if (differing.length === 0) return true;
  const before = await readExpiry(store, table);
  const kept = differing.filter(({ partition }) => !isExpired(partition, before));
  const merged = await mapConcurrently(kept, readsAtOnce, ({ key }) => findMergedAway(key, { store, table }));
  return merged.every((found) => found !== undefined);
}

/** What of the object is not as it was written; `found` is what the store has under its key. */
export function differenceOf(
  { bytes, crc32: written }: WrittenObject,
  found: Pick<ObjectInfo, 'size' | 'crc32'> | undefined,
): 'missing' | 'size' | 'checksum' | undefined {
  if (found === undefined) return 'missing';
  if (found.size !== bytes) return 'size';
  const isOther = written !== undefined && found.crc32 !== undefined && found.crc32 !== written;
  return isOther ? 'checksum' : undefined;
}
