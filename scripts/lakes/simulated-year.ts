import { defaultRecipe } from '../../bench/support/recipe.ts';
import { zstdCompressSync } from 'node:zlib';
import { objectKey } from '../../src/consumer/ledger/keys/object-keys.ts';
import {
  ledgerFormat,
  stateOfFormat,
  type CommittedEntry,
  type WrittenObject,
} from '../../src/consumer/ledger/entry/ledger-entry.ts';
import {
  entryKey,
  offsetOfKey,
  partitionPrefix,
  segmentKey,
  type LedgerPath,
} from '../../src/consumer/ledger/keys/ledger-keys.ts';
import { segmentEntries } from '../../src/consumer/ledger/chain/segments.ts';
import type { ObjectInfo, ObjectStore, TableFormat } from '../../src/consumer/ports/lake.ts';
import { hivePath, partitionKeys } from '../../src/schema/partitions/layout.ts';
import { msPerHour } from '../../src/runtime/duration.ts';

export interface YearOptions {
  readonly table: string;
  readonly topic: string;
  readonly partitions: number;
  /** Batches of each Kafka partition; each has one object. */
  readonly batches: number;
  readonly recordsPerBatch: number;
  /** From one batch of a partition to the next. */
  readonly everyMs: number;
  readonly startMs: number;
  /** Left out: Hive. */
  readonly tableFormat?: TableFormat;
  /** The Parquet file that every object is. */
  readonly file: Uint8Array;
  readonly fileCrc32: number;
  /** Holds what is written over the year: segments, revisions, the catalog. */
  readonly overlay: ObjectStore;
}

/** Version of everything that is computed. */
const version = '1';

/** Newest entries of a partition that the service leaves out of segments. */
const liveEntries = 100;

const keys = partitionKeys('hour').map(({ name }) => name);

/**
 * A lake after a year of batches, as an object store that computes what is asked for: two million ledger entries and as many objects
 * take no room. Its entries are what the service writes, so the ledger's own code reads them, rolls them up and audits them.
 */
export class SimulatedYear implements ObjectStore {
  readonly #options: YearOptions;

  constructor(options: YearOptions) {
    this.#options = options;
  }

  uri(key: string): string {
    return `simulated:///${key}`;
  }

  async put(...request: Parameters<ObjectStore['put']>): ReturnType<ObjectStore['put']> {
    return this.#options.overlay.put(...request);
  }

  async get(key: string): ReturnType<ObjectStore['get']> {
    const bytes = this.#entryAt(key) ?? (this.#isObject(key) ? this.#options.file : undefined);
    return bytes === undefined ? this.#options.overlay.get(key) : { bytes, version };
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const { file, fileCrc32: crc32 } = this.#options;
    return this.#isObject(key) ? { key, size: file.length, version, crc32 } : this.#options.overlay.head(key);
  }

  async getRange(key: string, start: number, end: number): Promise<Uint8Array> {
    return this.#isObject(key) ? this.#options.file.slice(start, end) : this.#options.overlay.getRange(key, start, end);
  }

  async delete(asked: readonly string[]): Promise<void> {
    await this.#options.overlay.delete(asked);
  }

  /** Lists what is computed, then what is written: each is in the order of keys, and no prefix that is asked for has both among digits. */
  async *list(prefix: string, options: Parameters<ObjectStore['list']>[1] = {}): AsyncIterable<ObjectInfo> {
    const { startAfter = '', limit = Infinity } = options;
    let left = limit;
    for (const info of this.#computed(prefix, startAfter)) {
      if (left-- <= 0) return;
      yield info;
    }
    if (left > 0) yield* this.#options.overlay.list(prefix, { startAfter, limit: left });
  }

  /**
   * Writes the segments that the service would have written over the year: what `Ledger.rollUp` does, but without reading every entry
   * back. Answers with how many.
   */
  async writeSegments(partition: number): Promise<number> {
    const { overlay, batches, recordsPerBatch } = this.#options;
    let written = 0;
    for (let first = 0; first + segmentEntries + liveEntries <= batches; first += segmentEntries) {
      const indexes = Array.from({ length: segmentEntries }, (_, at) => first + at);
      const lines = indexes.map((index) => this.#line(partition, index));
      const range = {
        from: BigInt(first) * BigInt(recordsPerBatch),
        to: BigInt(first + segmentEntries) * BigInt(recordsPerBatch),
      };
      await overlay.put(segmentKey(this.#path(partition), range), zstdCompressSync(lines.join('')), { ifAbsent: true });
      written++;
    }
    return written;
  }

  /** The entry of one batch, as the service would have committed it. */
  entry(partition: number, index: number): CommittedEntry {
    const { table, topic, recordsPerBatch: rows, file, fileCrc32: crc32 } = this.#options;
    const from = BigInt(index) * BigInt(rows);
    const at = this.#timeOf(index);
    const [date, hour] = [at.slice(0, 10), at.slice(11, 13)];
    const range = { table, topic, partition, from, to: from + BigInt(rows), generation: 1 };
    const key = objectKey(range, hivePath(keys, [date, hour]));
    const object: WrittenObject = {
      key,
      kind: 'rows',
      rows,
      bytes: file.length,
      crc32,
      version,
      partition: [date, hour],
    };
    return {
      ...range,
      format: ledgerFormat,
      state: stateOfFormat[this.#options.tableFormat ?? 'hive'],
      topicId: 'simulated',
      writer: writerOf(partition, index),
      claimedAt: at,
      reason: 'age',
      recipe: defaultRecipe,
      plan: [{ kind: 'rows', partition: [date, hour], rows }],
      outcome: {
        committedAt: at,
        records: rows,
        rows,
        deadLetters: 0,
        tombstones: 0,
        objects: [object],
        catalogVersion: '1',
        minEventTime: at,
        maxEventTime: at,
        lastRecord: { offset: range.to - 1n, timestampMs: Date.parse(at), valueCrc32: mix(index) },
      },
    };
  }

  #line(partition: number, index: number): string {
    const withDigits = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
    return `${JSON.stringify(this.entry(partition, index), withDigits)}\n`;
  }

  #timeOf(index: number): string {
    return new Date(this.#options.startMs + index * this.#options.everyMs).toISOString();
  }

  #path(partition: number): LedgerPath {
    const { table, topic } = this.#options;
    return { table, topic, partition };
  }

  #entryAt(key: string): Uint8Array | undefined {
    const { partitions, batches, recordsPerBatch } = this.#options;
    for (let partition = 0; partition < partitions; partition++) {
      const offset = offsetOfKey(partitionPrefix(this.#path(partition)), key);
      if (offset === undefined || !key.startsWith(partitionPrefix(this.#path(partition)))) continue;
      const index = Number(offset) / recordsPerBatch;
      if (Number.isInteger(index) && index < batches) return Buffer.from(this.#line(partition, index));
    }
    return undefined;
  }

  #isObject(key: string): boolean {
    return key.startsWith(`${this.#options.table}/`) && !key.startsWith(`${this.#options.table}/metadata/`);
  }

  *#computed(prefix: string, startAfter: string): Iterable<ObjectInfo> {
    const { table } = this.#options;
    if (prefix.startsWith(`${table}/`) || prefix === `${table}/`) yield* this.#objects(prefix, startAfter);
    for (const partition of this.#partitionsInOrder()) yield* this.#entries(partition, prefix, startAfter);
  }

  /** Partitions in the order of their folders' names: 10 stands before 2. */
  #partitionsInOrder(): number[] {
    return Array.from({ length: this.#options.partitions }, (_, id) => id).sort((a, b) => (`${a}/` < `${b}/` ? -1 : 1));
  }

  *#entries(partition: number, prefix: string, startAfter: string): Iterable<ObjectInfo> {
    const path = this.#path(partition);
    const folder = partitionPrefix(path);
    const meets = folder.startsWith(prefix) || prefix === folder;
    if (!meets || `${folder}:` <= startAfter) return;
    const { recordsPerBatch, batches } = this.#options;
    const digits = startAfter.startsWith(folder) ? startAfter.slice(folder.length, folder.length + 20) : '';
    const first = /^\d{20}$/.test(digits) ? Math.floor(Number(digits) / recordsPerBatch) : 0;
    for (let index = Math.max(0, first); index < batches; index++) {
      const key = entryKey(path, BigInt(index) * BigInt(recordsPerBatch));
      if (key > startAfter) yield { key, size: 1500 };
    }
  }

  /** Objects lie by hour, and within an hour in the order of their names. */
  *#objects(prefix: string, startAfter: string): Iterable<ObjectInfo> {
    const { batches, everyMs, startMs, partitions, file } = this.#options;
    for (let first = 0; first < batches;) {
      const hourEndMs = (Math.floor((startMs + first * everyMs) / msPerHour) + 1) * msPerHour;
      const end = Math.min(batches, Math.ceil((hourEndMs - startMs) / everyMs));
      const names: string[] = [];
      for (let partition = 0; partition < partitions; partition++)
        for (let index = first; index < end; index++) names.push(this.#objectKey(partition, index));
      for (const key of names.sort())
        if (key > startAfter && key.startsWith(prefix)) yield { key, size: file.length, version };
      first = end;
    }
  }

  #objectKey(partition: number, index: number): string {
    const { table, topic, recordsPerBatch } = this.#options;
    const from = BigInt(index) * BigInt(recordsPerBatch);
    const at = this.#timeOf(index);
    const range = { table, topic, partition, from, to: from + BigInt(recordsPerBatch), generation: 1 };
    return objectKey(range, hivePath(keys, [at.slice(0, 10), at.slice(11, 13)]));
  }
}

/** Another writer for each claim, as random as a real one: what can't be compressed in the ledger. */
function writerOf(partition: number, index: number): string {
  const words = [1, 2, 3, 4].map((salt) => mix(mix(index * 8 + partition) + salt));
  return words.map((word) => word.toString(16).padStart(8, '0')).join('');
}

function mix(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b) >>> 0;
}
