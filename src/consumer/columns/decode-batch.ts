import { useKernel, type Kernel } from '../../kernel/kernel.ts';
import { Turns } from '../../runtime/turns.ts';
import { BatchMemory } from './batch-memory.ts';
import type { DecodedColumn } from './decoded-column.ts';
import type { Placement } from '../../schema/layout.ts';
import { parseRecord, type RejectReason } from './parse-record.ts';
import type { ChunkSlice, RecordChunk } from '../ports/record-chunk.ts';
import { BlockReader } from './block-reader.ts';
import { RecordScanner, type Scanned } from './record-scanner.ts';
import { RowTimes, type PlacedTimes } from './row-times.ts';
import { RowReader, type RowRules } from './row-reader.ts';
import type { RescuedValues } from './rescued-values.ts';
import type { ScannedBlock } from '../../kernel/kernel-block.ts';

export interface DecodeRules extends RowRules {
  readonly recordBytesMax: number;
  /** False: every record is parsed by `JSON.parse`, which gives the same and is slower. */
  readonly scans?: boolean;
  /** Memory of the batch's arrays; when left out, the garbage collector's. */
  readonly memory?: BatchMemory;
}

export interface Reject {
  readonly chunk: RecordChunk;
  readonly index: number;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** A batch as columns. Rows count from 0 in the order of their offsets. */
export interface DecodedBatch extends PlacedTimes, Disposable {
  readonly partition: number;
  readonly rowCount: number;
  readonly columns: readonly DecodedColumn[];
  /** Base of the rows' offsets: 0 unless a double can't hold them. */
  readonly from: bigint;
  readonly offsetDeltas: Float64Array;
  readonly rescued: RescuedValues;
  readonly rejects: readonly Reject[];
  readonly tombstones: number;
  /** Ends the batch: its memory may hold another from now on. */
  [Symbol.dispose](): void;
}

/**
 * Turns records into columns keyed by (field, type), so that no conflict can stop it. Never rejects on a record's content. Lets the event
 * loop turn when that takes long: the records' memory must stay until it is done.
 */
export async function decodeBatch(
  slices: readonly ChunkSlice[],
  placement: Placement,
  rules: DecodeRules,
): Promise<DecodedBatch> {
  return useKernel(async (kernel) => {
    const decoder = new BatchDecoder(slices, { placement, rules, kernel });
    const turns = new Turns();
    for (const slice of slices)
      for (const bytes of decoder.read(slice)) if (turns.areDueAfter(bytes)) await turns.next();
    return decoder.finish();
  });
}

const recordBytes = 16;

class BatchDecoder {
  readonly #rules: DecodeRules;
  readonly #placement: Placement;
  readonly #memory: BatchMemory;
  readonly #partition: number;
  readonly #from: bigint;
  readonly #kernel: Kernel;
  readonly #rows: RowReader;
  readonly #scanner: RecordScanner;
  readonly #scans: boolean;
  readonly #blocks: BlockReader;
  /** Scanned records that are rows already, but whose values are not yet in their columns. */
  #block: ScannedBlock | undefined;
  readonly #times: RowTimes;
  readonly #rejects: Reject[] = [];
  #tombstones = 0;
  #rowCount = 0;
  /** Added to offset deltas of the chunk to make those of the batch. */
  #shift = 0;

  constructor(
    slices: readonly ChunkSlice[],
    {
      placement,
      rules,
      kernel,
    }: { readonly placement: Placement; readonly rules: DecodeRules; readonly kernel: Kernel },
  ) {
    const { memory = new BatchMemory(), scans = true } = rules;
    const { eventTimeField } = placement;
    const rowsMax = slices.reduce((sum, { first, end }) => sum + end - first, 0);
    this.#rules = rules;
    this.#placement = placement;
    this.#memory = memory;
    this.#partition = slices[0]?.chunk.partition ?? 0;
    this.#from = (slices.at(-1)?.chunk.to ?? 0n) <= Number.MAX_SAFE_INTEGER ? 0n : (slices[0]?.chunk.from ?? 0n);
    this.#kernel = kernel;
    this.#scans = scans;
    this.#rows = new RowReader(rules, eventTimeField, { rowsMax, memory, kernel });
    this.#scanner = new RecordScanner(kernel, { rowsMax, recordBytesMax: rules.recordBytesMax });
    this.#times = new RowTimes(rowsMax, memory);
    const reader = { kernel, scanner: this.#scanner, rows: this.#rows };
    this.#blocks = new BlockReader(reader, eventTimeField, this.#times.eventTimes);
  }

  /** Reads the records, some at a time; yields the bytes of each lot. */
  *read({ chunk, first, end }: ChunkSlice): Generator<number> {
    this.#shift = Number(chunk.from - this.#from);
    for (let index = first; index < end;) {
      const before = index;
      const stop = index + (this.#scans ? this.#scanner.load(chunk, index, end) : 0);
      if (stop === index) this.#readOne(chunk, index++);
      while (index < stop) {
        const scanned = this.#scanner.scan(index, stop);
        if (scanned === undefined) this.#readOne(chunk, index++);
        else {
          this.#addScanned(scanned, chunk, index);
          index += scanned.count;
        }
      }
      // a block refers to its strings by their address in what was loaded
      this.#flush();
      yield sizeOf(chunk, before, index);
    }
  }

  finish(): DecodedBatch {
    const count = this.#rowCount;
    return {
      partition: this.#partition,
      rowCount: count,
      columns: this.#rows.finish(),
      from: this.#from,
      offsetDeltas: this.#times.offsetDeltas(count),
      ...this.#times.finish(count, this.#placement, this.#kernel),
      rescued: this.#rows.rescued,
      rejects: this.#rejects,
      tombstones: this.#tombstones,
      [Symbol.dispose]: () => this.#memory[Symbol.dispose](),
    };
  }

  /** Makes rows of scanned records, from `first` on. */
  #addScanned({ block, count }: Scanned, chunk: RecordChunk, first: number): void {
    if (this.#block !== block) {
      this.#flush();
      this.#block = block;
    }
    block.count += count;
    this.#addRows(chunk, first, first + count);
    if (block.count === block.capacity) this.#flush();
  }

  /** Makes a row or a dead letter of a record that is not scanned, or counts a tombstone. */
  #readOne(chunk: RecordChunk, index: number): void {
    const start = chunk.valueStarts[index] ?? -1;
    const bytes = (chunk.valueEnds[index] ?? -1) - start;
    if (start < 0) this.#tombstones++;
    else if (bytes > this.#rules.recordBytesMax) {
      const detail = `${bytes} bytes, at most ${this.#rules.recordBytesMax} are taken`;
      this.#rejects.push({ chunk, index, reason: 'too-large', detail });
    } else if (this.#parse(chunk, index, start, start + bytes)) this.#addRows(chunk, index, index + 1);
  }

  #addRows(chunk: RecordChunk, first: number, end: number): void {
    this.#times.add(this.#rowCount, chunk, { first, end, shift: this.#shift });
    this.#rowCount += end - first;
  }

  /** Adds the block's values to their columns, which take rows in their order: those of a block before any other. */
  #flush(): void {
    const block = this.#block;
    if (block === undefined || block.count === 0) return;
    this.#blocks.read(block, this.#rowCount - block.count);
    block.count = 0;
  }

  /** Parses a record into a row; answers with false when it has become a dead letter. */
  #parse(chunk: RecordChunk, index: number, start: number, end: number): boolean {
    const parsed = parseRecord(chunk.bytes, start, end);
    if (parsed.kind === 'reject') {
      this.#rejects.push({ chunk, index, reason: parsed.reason, detail: parsed.detail });
      return false;
    }
    this.#flush();
    this.#times.eventTimes[this.#rowCount] = this.#rows.read(this.#rowCount, parsed.fields);
    const block = this.#scanner.learn({ start, end, fields: parsed.fields }, chunk.bytes);
    if (block !== undefined) this.#blocks.open(block, parsed.fields);
    return true;
  }
}

/** Counts the bytes of records `[first, end)`, and some for each: an empty one costs as well. */
function sizeOf({ valueStarts, valueEnds }: RecordChunk, first: number, end: number): number {
  let bytes = (end - first) * recordBytes;
  for (let index = first; index < end; index++) bytes += (valueEnds[index] ?? 0) - (valueStarts[index] ?? 0);
  return bytes;
}
