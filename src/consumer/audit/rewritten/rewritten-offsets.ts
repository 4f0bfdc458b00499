import type { ObjectStore } from '../../ports/lake.ts';
import { objectSource, type ParquetReader } from '../../ports/parquet.ts';
import { aboutRange, type Finding } from '../findings/finding.ts';
import type { RewrittenRange, RewrittenRanges } from './rewritten-ranges.ts';
import { coordinateColumns } from '../../table/objects/file-offsets.ts';

export interface FileTools {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
}

export interface CountedFile {
  readonly key: string;
  readonly size: number;
  /** Rows that are deleted, by their numbers. */
  readonly deleted?: ReadonlySet<number>;
}

/** An entry's offsets that were met, while its rows are being met. */
interface Seen {
  readonly from: bigint;
  readonly rows: number;
  readonly bits: Uint8Array | undefined;
}

/** Most offsets of a range that are told apart; records that Kafka has dropped count. */
const offsetsMax = 10_000_000n;

/**
 * Counts the rows of rewritten ranges in the files that took their place, by their Kafka coordinates. Offsets are told apart while the rows of an
 * entry are being met: what comes when all were met is there twice.
 */
export class RewrittenOffsets {
  readonly #ranges: RewrittenRanges;
  /** Rows that were met, each offset once, and those that were met again; by the index of the entry's first object. */
  readonly #found: Uint32Array;
  readonly #doubled: Uint32Array;
  readonly #seen = new Map<number, Seen>();
  #others = 0;
  #withoutCoordinates = 0;

  constructor(ranges: RewrittenRanges) {
    this.#ranges = ranges;
    this.#found = new Uint32Array(ranges.length);
    this.#doubled = new Uint32Array(ranges.length);
  }

  /**
   * Reads one file, which must be there; rows of other ranges, and rows without coordinates, are none of these. Resolves with how many of the latter
   * there are. Rejects with OBJECT_UNREADABLE.
   */
  async read({ deleted, ...file }: CountedFile, { store, parquet }: FileTools): Promise<number> {
    const missingBefore = this.#withoutCoordinates;
    let before = 0;
    for await (const [partitions = [], offsets = []] of parquet.optionalIntegerChunks(
      objectSource(store, file),
      coordinateColumns,
    )) {
      for (const [row, offset] of offsets.entries())
        if (deleted?.has(before + row) !== true) this.#count(partitions[row], offset);
      before += offsets.length;
    }
    return this.#withoutCoordinates - missingBefore;
  }

  /**
   * Forgets which offsets were met of entries all of whose rows should have been: call it when all files of a Hive partition were read. More
   * rows of them are still counted.
   */
  forget(isRead: (values: readonly string[]) => boolean): void {
    for (const at of this.#seen.keys())
      if (this.#objectsOf(at).every(({ values }) => isRead(values))) this.#seen.delete(at);
  }

  /** Rows that were met and are of no range. */
  get others(): number {
    return this.#others;
  }

  /** `where`: which files were read, in words. */
  *findings({ where, action }: { readonly where: string; readonly action: string }): Iterable<Finding> {
    for (let at = 0; at < this.#ranges.length; at = this.#ranges.endOf(at)) {
      const [first] = this.#objectsOf(at);
      // without coordinates only the number of all rows can tell
      if (first === undefined || first.lacksCoordinates) continue;
      const rows = this.#rowsOf(at);
      const [held, doubled] = [this.#found[at] ?? 0, this.#doubled[at] ?? 0];
      const of = (problem: Finding['problem'], what: string): Finding => aboutRange(first, { problem, what, action });
      if (doubled > 0) yield of('record-doubled', `has ${doubled} rows twice in ${where}`);
      if (held < rows) yield of('record-missing', `has ${held} of its ${rows} rows in ${where}`);
    }
  }

  #count(partition: bigint | undefined, offset: bigint | undefined): void {
    if (partition === undefined || offset === undefined) {
      this.#withoutCoordinates++;
      return;
    }
    const at = this.#ranges.indexOf(Number(partition), offset);
    if (at < 0) this.#others++;
    else if (this.#isNew(at, offset)) this.#found[at] = (this.#found[at] ?? 0) + 1;
    else this.#doubled[at] = (this.#doubled[at] ?? 0) + 1;
  }

  #isNew(at: number, offset: bigint): boolean {
    const found = this.#found[at] ?? 0;
    const seen = this.#seen.get(at) ?? (found === 0 ? this.#begin(at) : undefined);
    if (seen?.bits === undefined) return found < (seen?.rows ?? this.#rowsOf(at));
    const index = Number(offset - seen.from);
    const [byte, bit] = [index >>> 3, 1 << (index & 7)];
    const known = seen.bits[byte] ?? 0;
    if ((known & bit) !== 0) return false;
    seen.bits[byte] = known | bit;
    // the last one that is missed
    if (found + 1 === seen.rows) this.#seen.delete(at);
    return true;
  }

  #begin(at: number): Seen {
    const [first] = this.#objectsOf(at);
    const { from = 0n, to = 0n, hasIndex = true } = first ?? {};
    const isCounted = !hasIndex && to - from <= offsetsMax;
    const bits = isCounted ? new Uint8Array(Number((to - from + 7n) / 8n)) : undefined;
    const seen = { from, rows: this.#rowsOf(at), bits };
    this.#seen.set(at, seen);
    return seen;
  }

  #rowsOf(at: number): number {
    return this.#objectsOf(at).reduce((sum, { rows }) => sum + rows, 0);
  }

  /** The objects of an entry that are not excused. */
  #objectsOf(at: number): RewrittenRange[] {
    const indexes = Array.from({ length: this.#ranges.endOf(at) - at }, (_, index) => at + index);
    return indexes.flatMap((index) => this.#ranges.at(index) ?? []);
  }
}
