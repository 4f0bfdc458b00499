import { offsetsEnd } from '../../ledger/keys/ledger-keys.ts';
import { hivePathOf, namePrefix, parseObjectName, type ObjectRange } from '../../ledger/keys/object-keys.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import type { ParquetReader } from '../../ports/parquet.ts';
import { NewerMerged } from './newer-merged.ts';

/** Keys behind the ledger's end that are looked at in one folder: a page of S3. */
const keysLookedAt = 1000;

/** Looks for objects of offsets that the ledger has not reached, as an older copy of the ledger leaves them. */
export class NewerObjects {
  readonly #store: ObjectStore;
  readonly #merged: NewerMerged;
  /** Folders that held none, each looked at once by a process. */
  readonly #clean = new Set<string>();

  constructor(tools: { readonly store: ObjectStore; readonly parquet: ParquetReader }) {
    this.#store = tools.store;
    this.#merged = new NewerMerged(tools);
  }

  /**
   * An object of the Kafka partition from `range.from` on, in a folder of `keys` or where that Hive partition was merged; a request for each folder
   * that is new to this process, two where partitions of the table were merged.
   */
  async find(range: ObjectRange, keys: readonly string[]): Promise<string | undefined> {
    for (const prefix of prefixesOf(range, keys).difference(this.#clean)) {
      const found = await this.#findIn(prefix, { ...range, to: offsetsEnd });
      if (found !== undefined) return found;
      this.#clean.add(prefix);
    }
    return undefined;
  }

  /** An object that begins within the range, in the same places. */
  async findWithin(range: ObjectRange, keys: readonly string[]): Promise<string | undefined> {
    for (const prefix of prefixesOf(range, keys)) {
      const found = await this.#findIn(prefix, range);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #findIn(prefix: string, range: ObjectRange): Promise<string | undefined> {
    return (await this.#first(prefix, range)) ?? (await this.#firstMerged(prefix, range));
  }

  /** Only partitions of rows are merged. */
  async #firstMerged(prefix: string, range: ObjectRange): Promise<string | undefined> {
    const hivePath = prefix.startsWith(`${range.table}/`) ? hivePathOf(prefix, range.table) : '';
    return hivePath === '' ? undefined : this.#merged.find(range, hivePath);
  }

  /** Offsets in names have no fixed width: what follows `from` in the listing may lie before it. */
  async #first(prefix: string, { topic, partition, from, to }: ObjectRange): Promise<string | undefined> {
    for await (const { key } of this.#store.list(prefix, { startAfter: `${prefix}${from}`, limit: keysLookedAt })) {
      const name = parseObjectName(key);
      if (name?.topic === topic && name.partition === partition && name.from >= from && name.from < to) return key;
    }
    return undefined;
  }
}

function prefixesOf(range: ObjectRange, keys: readonly string[]): Set<string> {
  return new Set(keys.map((key) => key.slice(0, key.lastIndexOf('/') + 1) + namePrefix(range)));
}
