import type { ObjectStore } from '../ports/lake.ts';
import type { ParquetReader } from '../ports/parquet.ts';
import { aboutRange, type Finding } from './finding.ts';

export interface FileTools {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
}

/** An object whose rows upkeep or other engines have written into other files. */
export interface RewrittenRange {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
  readonly rows: number;
  readonly key: string;
  /** An offset can have several rows. */
  readonly hasIndex: boolean;
}

/** Rows of a range, as they are met in the files of others. */
interface Tally {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
  rows: number;
  found: number;
  doubled: number;
  /** A bit for each offset; `undefined` where an offset can have several rows, or there are too many. */
  readonly seen: Uint8Array | undefined;
}

const coordinateColumns = ['kafka_partition', 'kafka_offset'];

/** Most offsets of a range that are told apart; records that Kafka has dropped count. */
const offsetsMax = 10_000_000n;

/** Counts the rows of rewritten ranges in the files that took their place, by their Kafka coordinates. */
export class RewrittenOffsets {
  readonly #tallies = new Map<string, Tally>();
  readonly #byPartition = new Map<number, Tally[]>();
  #others = 0;

  constructor(ranges: readonly RewrittenRange[]) {
    for (const { partition, from, to, rows, hasIndex } of ranges) {
      const id = `${partition}/${from}`;
      const known = this.#tallies.get(id);
      if (known !== undefined) known.rows += rows;
      else {
        const isCounted = !hasIndex && to - from <= offsetsMax;
        const seen = isCounted ? new Uint8Array(Number((to - from + 7n) / 8n)) : undefined;
        this.#tallies.set(id, { partition, from, to, rows, found: 0, doubled: 0, seen });
      }
    }
    for (const tally of this.#tallies.values()) {
      const tallies = this.#byPartition.get(tally.partition) ?? [];
      tallies.push(tally);
      this.#byPartition.set(tally.partition, tallies);
    }
    for (const tallies of this.#byPartition.values()) tallies.sort((a, b) => (a.from < b.from ? -1 : 1));
  }

  /**
   * Reads one file, which must be there, without the rows that are deleted, by their numbers; rows of other ranges, and rows without
   * coordinates, are none of these. Rejects with OBJECT_UNREADABLE.
   */
  async read(
    { key, size, deleted }: { readonly key: string; readonly size: number; readonly deleted?: ReadonlySet<number> },
    { store, parquet }: FileTools,
  ): Promise<void> {
    const source = { size, read: (start: number, end: number) => store.getRange(key, start, end) };
    let before = 0;
    for await (const [partitions = [], offsets = []] of parquet.integerChunks(source, coordinateColumns)) {
      for (const [row, offset] of offsets.entries())
        if (deleted?.has(before + row) !== true) this.#count(Number(partitions[row]), offset);
      before += offsets.length;
    }
  }

  /** Rows that were met and are of no range. */
  get others(): number {
    return this.#others;
  }

  /** `place`: which files were read, in words. */
  findings({ place, action }: { readonly place: string; readonly action: string }): Finding[] {
    return [...this.#tallies.values()].flatMap((tally) => {
      const { rows, found, doubled } = tally;
      const of = (problem: Finding['problem'], what: string): Finding => aboutRange(tally, { problem, what, action });
      const held = found - doubled;
      return [
        ...(doubled > 0 ? [of('record-doubled', `has ${doubled} rows twice in ${place}`)] : []),
        ...(held < rows ? [of('record-missing', `has ${held} of its ${rows} rows in ${place}`)] : []),
      ];
    });
  }

  #count(partition: number, offset: bigint): void {
    const tally = find(this.#byPartition.get(partition) ?? [], offset);
    if (tally === undefined) {
      this.#others++;
      return;
    }
    tally.found++;
    if (tally.seen === undefined) return;
    const at = Number(offset - tally.from);
    const [byte, bit] = [at >>> 3, 1 << (at & 7)];
    const known = tally.seen[byte] ?? 0;
    if ((known & bit) !== 0) tally.doubled++;
    tally.seen[byte] = known | bit;
  }
}

/** Finds the range that holds the offset, among ranges in order. */
function find(tallies: readonly Tally[], offset: bigint): Tally | undefined {
  let [low, high] = [0, tallies.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const tally = tallies[middle];
    if (tally === undefined || offset < tally.from) high = middle;
    else if (offset >= tally.to) low = middle + 1;
    else return tally;
  }
  return undefined;
}
