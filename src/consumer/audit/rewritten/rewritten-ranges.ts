/** An object whose rows upkeep or other engines have written into other files. */
export interface RewrittenRange {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
  readonly rows: number;
  /** An offset can have several rows. */
  readonly hasIndex: boolean;
  /** Its rows don't say where in Kafka they were. */
  readonly lacksCoordinates: boolean;
  /** Values of the Hive partition that the object lay in. */
  readonly values: readonly string[];
}

const chunkRanges = 65_536;

interface Chunk {
  readonly partitions: Uint32Array;
  readonly froms: BigInt64Array;
  readonly tos: BigInt64Array;
  readonly rows: Uint32Array;
  /** Index of the Hive partition, four times, one more where an offset can have several rows, and two more where rows have no coordinates. */
  readonly codes: Uint32Array;
}

/** Objects of one Hive partition. */
interface HivePartition {
  readonly values: readonly string[];
  objects: number;
  rows: number;
}

/**
 * Objects by Kafka partition and offset, those of one entry one after the other. There may be millions, of some 30 bytes each: they are expected in
 * that order, which is the ledger's, and only sorted where somebody has changed it.
 */
export class RewrittenRanges {
  readonly #chunks: Chunk[] = [];
  readonly #hivePartitions: HivePartition[] = [];
  readonly #ids = new Map<string, number>();
  readonly #excused = new Set<HivePartition>();
  #length = 0;
  /** Where the objects stand, where they were not added in their order. */
  #order: Uint32Array | undefined;
  #isSorted = true;

  /** Objects, also those that are excused. */
  get length(): number {
    return this.#length;
  }

  add({ partition, from, to, rows, hasIndex, lacksCoordinates, values }: RewrittenRange): void {
    if (this.#length > 0 && this.#isBehind(this.#length - 1, partition, from)) this.#isSorted = false;
    this.#order = undefined;
    const at = this.#length++;
    if (at % chunkRanges === 0) this.#chunks.push(newChunk());
    const { chunk, offset } = this.#slot(at);
    const id = this.#idOf(values);
    chunk.partitions[offset] = partition;
    chunk.froms[offset] = from;
    chunk.tos[offset] = to;
    chunk.rows[offset] = rows;
    chunk.codes[offset] = id * 4 + (lacksCoordinates ? 2 : 0) + (hasIndex ? 1 : 0);
    const hivePartition = this.#hivePartition(id);
    hivePartition.objects++;
    hivePartition.rows += rows;
  }

  /** Leaves out objects of Hive partitions that were removed. */
  excuse(isExcused: (values: readonly string[]) => boolean): void {
    for (const hivePartition of this.#hivePartitions)
      if (isExcused(hivePartition.values)) this.#excused.add(hivePartition);
  }

  /** Objects and their rows, without those that are excused. */
  get total(): { readonly objects: number; readonly rows: number } {
    const counted = this.#hivePartitions.filter((hivePartition) => !this.#excused.has(hivePartition));
    return {
      objects: counted.reduce((sum, { objects }) => sum + objects, 0),
      rows: counted.reduce((sum, { rows }) => sum + rows, 0),
    };
  }

  /** The object at an index; `undefined` for one that is excused. */
  at(index: number): RewrittenRange | undefined {
    const { chunk, offset } = this.#find(index);
    const code = chunk.codes[offset] ?? 0;
    const hivePartition = this.#hivePartition(code >>> 2);
    if (this.#excused.has(hivePartition)) return undefined;
    return {
      partition: chunk.partitions[offset] ?? 0,
      from: chunk.froms[offset] ?? 0n,
      to: chunk.tos[offset] ?? 0n,
      rows: chunk.rows[offset] ?? 0,
      hasIndex: (code & 1) !== 0,
      lacksCoordinates: (code & 2) !== 0,
      values: hivePartition.values,
    };
  }

  *[Symbol.iterator](): Iterator<RewrittenRange> {
    for (let index = 0; index < this.#length; index++) {
      const range = this.at(index);
      if (range !== undefined) yield range;
    }
  }

  /** The index of the first object of the entry that has the offset; -1 where none has. */
  indexOf(partition: number, offset: bigint): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBehind(middle, partition, offset)) high = middle;
      else low = middle + 1;
    }
    if (low === 0) return -1;
    const { chunk, offset: at } = this.#find(low - 1);
    const holds = chunk.partitions[at] === partition && (chunk.tos[at] ?? 0n) > offset;
    return holds ? this.startOf(low - 1) : -1;
  }

  /** The index of the first object of the same entry. */
  startOf(index: number): number {
    let first = index;
    while (first > 0 && this.#areOfOne(first - 1, index)) first--;
    return first;
  }

  /** The index behind the last object of the same entry. */
  endOf(index: number): number {
    let end = index + 1;
    while (end < this.#length && this.#areOfOne(end, index)) end++;
    return end;
  }

  #areOfOne(one: number, other: number): boolean {
    const [a, b] = [this.#find(one), this.#find(other)];
    return (
      a.chunk.partitions[a.offset] === b.chunk.partitions[b.offset] &&
      a.chunk.froms[a.offset] === b.chunk.froms[b.offset]
    );
  }

  /** True when the object begins behind the offset. */
  #isBehind(index: number, partition: number, from: bigint): boolean {
    const { chunk, offset } = this.#find(index);
    const found = chunk.partitions[offset] ?? 0;
    return found === partition ? (chunk.froms[offset] ?? 0n) > from : found > partition;
  }

  #find(index: number): Slot {
    if (!this.#isSorted) this.#order ??= this.#sort();
    return this.#slot(this.#order?.[index] ?? index);
  }

  #slot(at: number): Slot {
    const chunk = this.#chunks[Math.floor(at / chunkRanges)];
    if (chunk === undefined) throw new RangeError(`there are ${this.#length} objects, asked for ${at}`);
    return { chunk, offset: at % chunkRanges };
  }

  #sort(): Uint32Array {
    const order = Uint32Array.from({ length: this.#length }, (_, at) => at);
    return order.sort((one, other) => {
      const [a, b] = [this.#slot(one), this.#slot(other)];
      const partitions = (a.chunk.partitions[a.offset] ?? 0) - (b.chunk.partitions[b.offset] ?? 0);
      return partitions || Number((a.chunk.froms[a.offset] ?? 0n) - (b.chunk.froms[b.offset] ?? 0n)) || one - other;
    });
  }

  #idOf(values: readonly string[]): number {
    const text = JSON.stringify(values);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#hivePartitions.length);
    return this.#hivePartitions.push({ values, objects: 0, rows: 0 }) - 1;
  }

  #hivePartition(id: number): HivePartition {
    const hivePartition = this.#hivePartitions[id];
    if (hivePartition === undefined)
      throw new RangeError(`there are ${this.#hivePartitions.length} Hive partitions, asked for ${id}`);
    return hivePartition;
  }
}

interface Slot {
  readonly chunk: Chunk;
  readonly offset: number;
}

/** In chunks, so that nothing is copied while it grows. */
function newChunk(): Chunk {
  return {
    partitions: new Uint32Array(chunkRanges),
    froms: new BigInt64Array(chunkRanges),
    tos: new BigInt64Array(chunkRanges),
    rows: new Uint32Array(chunkRanges),
    codes: new Uint32Array(chunkRanges),
  };
}
