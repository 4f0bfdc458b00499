import { mayDelete, type LiveFile, type LiveFiles } from '../../iceberg/manifests/live-files.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ReplacedBatch, ReplacedRange } from '../commit/tools/publication.ts';
import { isExpired } from '../ledger/notes/expired-days.ts';
import type { WrittenObject } from '../ledger/entry/ledger-entry.ts';
import { parseObjectName, type ObjectName } from '../ledger/keys/object-keys.ts';
import type { ObjectStore } from '../ports/lake.ts';
import type { TopicTable } from '../table/dead-letters/topic-tables.ts';

/** A file of the table whose name says that it holds rows of a range. */
interface NamedFile extends LiveFile {
  readonly name: ObjectName;
}

/** The files of a table by the ranges in their names. */
export type FilesByRange = ReadonlyMap<string, readonly NamedFile[]>;

export function filesByRange({ data }: LiveFiles): FilesByRange {
  const named = data.flatMap((live): NamedFile[] => {
    const name = parseObjectName(live.file.file_path);
    return name === undefined ? [] : [{ ...live, name }];
  });
  return Map.groupBy(named, ({ name }) => idOf(name));
}

/** Tells whether a file's name says that it holds rows of one of the ranges. */
export function namesOneOf(ranges: readonly ReplacedRange[]): (uri: string) => boolean {
  const ids = new Set(ranges.map(idOf));
  return (uri) => {
    const name = parseObjectName(uri);
    return name !== undefined && ids.has(idOf(name));
  };
}

function idOf({ topic, partition, from, to }: Omit<ReplacedRange, 'generation'>): string {
  return `${topic}/${partition}/${from}-${to}`;
}

interface TableFacts {
  readonly live: LiveFiles;
  readonly byRange: FilesByRange;
  readonly store: Pick<ObjectStore, 'uri'>;
  /** The first day that was never removed (RETENTION_DAYS). It must be read after the table. */
  readonly expiredBefore: string | undefined;
}

/** What a table has of a range, and what it is to have, by the names of files. */
export class RangeFiles {
  readonly range: ReplacedRange;
  readonly #held: ReadonlyMap<string, NamedFile>;
  readonly #wanted: ReadonlyMap<string, WrittenObject>;
  /** Objects that stay, by their URIs. */
  readonly #kept: ReadonlySet<string>;
  /** Those of them whose day was removed: the table may hold them no more, and they may be gone. */
  readonly #expired: ReadonlySet<string>;
  readonly #isUnfinished: boolean;
  readonly #hasDeletes: boolean;
  /** Rows that were written, and those that are in files of that name. */
  readonly counts: { readonly written: number; readonly found: number };

  constructor({ range, objects }: ReplacedBatch, { kind }: TopicTable, facts: TableFacts) {
    const { live, byRange, store, expiredBefore } = facts;
    const { before, after, generation, isUnfinished } = objects;
    const ofKind = (some: readonly WrittenObject[]): WrittenObject[] => some.filter((object) => object.kind === kind);
    const held = byRange.get(idOf(range)) ?? [];
    const present = new Set(before.map(({ key }) => key));
    const own = held.filter(({ name }) => name.generation <= generation);
    this.range = range;
    this.#held = new Map(held.map((each) => [each.file.file_path, each]));
    this.#wanted = new Map(ofKind(after).map((object) => [store.uri(object.key), object]));
    this.#kept = new Set([...this.#wanted].flatMap(([uri, { key }]) => (present.has(key) ? [uri] : [])));
    // what a replacement that did not end has put in such a day was not removed
    const heldFolders = new Set([...this.#held.keys()].map(folderOf));
    const isGone = ([uri, { partition }]: [string, WrittenObject]): boolean =>
      this.#kept.has(uri) && isExpired(partition, expiredBefore) && !heldFolders.has(folderOf(uri));
    this.#expired = new Set([...this.#wanted].filter(isGone).map(([uri]) => uri));
    this.#isUnfinished = isUnfinished;
    this.#hasDeletes = held.some((file) => live.deletes.some((deletes) => mayDelete(deletes, file)));
    this.counts = { written: sum(ofKind(before).map(({ rows }) => rows)), found: sum(own.map(rowsOf)) };
  }

  /** Another replacement is in the table already. */
  get isOvertaken(): boolean {
    return [...this.#held.values()].some(({ name }) => name.generation > this.range.generation);
  }

  /** The table holds what it is to hold, and no file of others needs a look. */
  get isDone(): boolean {
    const needed = this.#needed;
    if (needed.size !== this.#held.size || needed.keys().some((uri) => !this.#held.has(uri))) return false;
    return needed.size > 0 || (this.counts.written === 0 && !this.#isUnfinished);
  }

  /**
   * No row of the range that must go is in files of others: all that were written are in their own, from which nobody has deleted; or the
   * objects stay, wherever their rows are by now. Where a replacement did not end that is not known.
   */
  get areTogether(): boolean {
    if (this.#isUnfinished) return false;
    return this.#kept.size > 0 || (this.counts.found === this.counts.written && !this.#hasDeletes);
  }

  /** The rows are in their own files, or in those that a replacement which did not end has put in their place. */
  get areAsWritten(): boolean {
    const { written, found } = this.counts;
    return found === written || (found === 0 && (this.#held.size > 0 || this.#isUnfinished));
  }

  /** Objects that the table does not have yet. Throws TABLE_MISMATCH where rows of objects that stay could not be told from others. */
  get missing(): WrittenObject[] {
    if (this.#isUnfinished && this.#hasDeletes && this.#kept.size > 0) throw deleted(this.range);
    return [...this.#needed].flatMap(([uri, object]) => (this.#held.has(uri) ? [] : [object]));
  }

  /** URIs of files that the table is not to have any more. */
  get obsolete(): string[] {
    return [...this.#held.keys()].filter((uri) => !this.#wanted.has(uri));
  }

  /**
   * Rows of objects that stay are left in the files of others that hold them by now, unless these are written again. Rows of days that were removed do
   * not come back.
   */
  get #needed(): ReadonlyMap<string, WrittenObject> {
    const left = this.#isUnfinished ? this.#expired : this.#kept;
    return new Map([...this.#wanted].filter(([uri]) => this.#held.has(uri) || !left.has(uri)));
  }
}

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/'));
}

function rowsOf({ file }: LiveFile): number {
  return file.record_count;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function deleted({ topic, partition, from, to }: ReplacedRange): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `another engine has deleted or changed rows of [${from}, ${to}) of ${topic}/${partition} by files of deletes since a redrive of it began`,
    retryable: false,
    hint: 'let that engine write its files anew (OPTIMIZE), then run this again; or replay the range',
  });
}
