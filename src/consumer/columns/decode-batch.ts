import type { EarlyEnd } from '../ports/decode-limits.ts';
import type { Column, ColumnType } from '../../schema/types/column-type.ts';
import { useKernel, type Kernel } from '../../kernel/kernel.ts';
import { Turns } from '../../runtime/turns.ts';
import { BatchMemory } from './builders/batch-memory.ts';
import type { DecodedColumn } from './builders/decoded-column.ts';
import type { Placement } from '../../schema/partitions/layout.ts';
import { parseRecord, type RejectReason } from './parse/parse-record.ts';
import type { ChunkSlice, RecordChunk } from '../ports/record-chunk.ts';
import { BlockReader } from './scan/block-reader.ts';
import { ExtraMembers } from './scan/extra-members.ts';
import { eventTimeField } from './times/event-time.ts';
import { RecordScanner } from './scan/record-scanner.ts';
import { ScannedFields } from './scan/scanned-fields.ts';
import { ReadingCounter, type ParseReason, type ReadingTally } from './scan/reading-tally.ts';
import { RowTimes, type PlacedTimes } from './times/row-times.ts';
import { RowReader, type RowRules } from './parse/row-reader.ts';
import type { RescuedValues } from './rescue/rescued-values.ts';

export interface DecodeRules extends RowRules {
  readonly recordBytesMax: number;
  /** False: every record is parsed by `JSON.parse`, which gives the same and is slower. */
  readonly scans?: boolean;
  /** The batch ends behind the record whose arrays and structs bring more bytes of values than this; left out: with its slices. */
  readonly heldBytesMax?: number | undefined;
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
  readonly reading: ReadingTally;
  /** Set when not all records of the slices are in the batch, since it would be too large. */
  readonly earlyEnd?: EarlyEnd;
  /** The records as they came, where their keys and headers are wanted. */
  readonly slices?: readonly ChunkSlice[];
  /** The columns that the table had when the records were decoded, where they were decoded for one. */
  readonly table?: readonly Column[];
  /** Types of columns to come, as the records or their schemas tell them. */
  readonly hints?: ReadonlyMap<string, ColumnType>;
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
    // the batch has the memory once it is whole; until then a failure frees it
    using owned = new DisposableStack();
    const memory = owned.use(rules.memory ?? new BatchMemory());
    const decoder = new BatchDecoder(slices, { placement, rules, kernel, memory });
    const turns = new Turns();
    for (const slice of slices) {
      if (decoder.leavesOut(slice)) break;
      for (const bytes of decoder.read(slice)) if (turns.areDueAfter(bytes)) await turns.next();
    }
    const batch = decoder.finish();
    owned.move();
    return batch;
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
  /** Scanned records are rows already, though their values may not yet be in their columns. */
  readonly #blocks: BlockReader;
  readonly #times: RowTimes;
  readonly #rejects: Reject[] = [];
  readonly #reading = new ReadingCounter();
  #tombstones = 0;
  #rowCount = 0;
  /** Added to offset deltas of the chunk to make those of the batch. */
  #shift = 0;
  #earlyEnd: EarlyEnd | undefined;

  constructor(
    slices: readonly ChunkSlice[],
    {
      placement,
      rules,
      kernel,
      memory,
    }: {
      readonly placement: Placement;
      readonly rules: DecodeRules;
      readonly kernel: Kernel;
      readonly memory: BatchMemory;
    },
  ) {
    const { scans = true } = rules;
    const { eventTimeField: name, eventTimeUnit = 'auto' } = placement;
    const eventTime = eventTimeField(name, eventTimeUnit);
    const rowsMax = slices.reduce((sum, { first, end }) => sum + end - first, 0);
    this.#rules = rules;
    this.#placement = placement;
    this.#memory = memory;
    this.#partition = slices[0]?.chunk.partition ?? 0;
    this.#from = (slices.at(-1)?.chunk.to ?? 0n) <= Number.MAX_SAFE_INTEGER ? 0n : (slices[0]?.chunk.from ?? 0n);
    this.#kernel = kernel;
    this.#scans = scans;
    this.#rows = new RowReader(rules, eventTime, { rowsMax, memory, kernel });
    this.#times = new RowTimes(rowsMax, memory);
    const fields = new ScannedFields(kernel, this.#rows, eventTime);
    const extra = new ExtraMembers(kernel, fields, this.#rows.rescued);
    this.#scanner = new RecordScanner(kernel, { fields, extra }, rules.recordBytesMax);
    const tools = { kernel, scanner: this.#scanner, rows: this.#rows, fields, extra };
    this.#blocks = new BlockReader(tools, this.#times.eventTimes, eventTime.read);
  }

  /** Tells whether the batch is full before these records, which follow those that were read. */
  leavesOut({ chunk, first }: ChunkSlice): boolean {
    if (this.#isFull) this.#endBefore(chunk, first);
    return this.#earlyEnd !== undefined;
  }

  /** Reads the records, some at a time; yields the bytes of each lot. */
  *read({ chunk, first, end: sliceEnd }: ChunkSlice): Generator<number> {
    this.#shift = Number(chunk.from - this.#from);
    let end = sliceEnd;
    for (let index = first; index < end;) {
      const before = index;
      const stop = index + (this.#scans ? this.#scanner.load(chunk, index, end) : 0);
      if (stop === index) this.#readOne(chunk, index++, 'large');
      while (index < stop) {
        const wanted = Math.min(stop - index, this.#blocks.room);
        const count = this.#scanner.scan(index, wanted, this.#rowCount);
        this.#addScanned(chunk, index, index + count);
        index += count;
        if (count < wanted) this.#readOne(chunk, index++, this.#scanner.declined);
      }
      this.#blocks.endWindow(this.#rowCount);
      if (end === sliceEnd && this.#isFull) end = this.#endBehind(chunk, index, sliceEnd);
      yield sizeOf(chunk, before, index);
    }
  }

  finish(): DecodedBatch {
    this.#blocks.flush(this.#rowCount);
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
      ...(this.#earlyEnd && { earlyEnd: this.#earlyEnd }),
      reading: this.#reading.finish(),
      [Symbol.dispose]: () => this.#memory[Symbol.dispose](),
    };
  }

  get #isFull(): boolean {
    const { heldBytesMax } = this.#rules;
    return heldBytesMax !== undefined && this.#rows.heldBytes > heldBytesMax;
  }

  /** Ends the batch with the Kafka record that the one before `index` belongs to; answers with the index behind it. */
  #endBehind(chunk: RecordChunk, index: number, sliceEnd: number): number {
    const { offsetDeltas } = chunk;
    let end = index;
    while (end < sliceEnd && end > 0 && offsetDeltas[end] === offsetDeltas[end - 1]) end++;
    if (end < sliceEnd) this.#endBefore(chunk, end);
    return end;
  }

  #endBefore({ from, offsetDeltas }: RecordChunk, index: number): void {
    this.#earlyEnd ??= { offset: from + BigInt(offsetDeltas[index] ?? 0), reason: 'bytes' };
  }

  /** Makes rows of scanned records. */
  #addScanned(chunk: RecordChunk, first: number, end: number): void {
    this.#reading.addScanned(end - first);
    this.#addRows(chunk, first, end);
    this.#blocks.count(end - first);
    if (this.#blocks.room === 0) this.#blocks.flush(this.#rowCount);
  }

  /** Makes a row or a dead letter of a record that is not scanned, or counts a tombstone. */
  #readOne(chunk: RecordChunk, index: number, why: ParseReason): void {
    const start = chunk.valueStarts[index] ?? -1;
    const bytes = (chunk.valueEnds[index] ?? -1) - start;
    if (start < 0) this.#tombstones++;
    else if (bytes > this.#rules.recordBytesMax) {
      const detail = `${bytes} bytes, at most ${this.#rules.recordBytesMax} are taken`;
      this.#rejects.push({ chunk, index, reason: 'too-large', detail });
    } else {
      this.#reading.addParsed(why);
      if (this.#parse(chunk, index, start, start + bytes)) this.#addRows(chunk, index, index + 1);
    }
  }

  #addRows(chunk: RecordChunk, first: number, end: number): void {
    this.#times.add(this.#rowCount, chunk, { first, end, shift: this.#shift });
    this.#rowCount += end - first;
  }

  /** Parses a record into a row; answers with false when it has become a dead letter. */
  #parse(chunk: RecordChunk, index: number, start: number, end: number): boolean {
    const parsed = parseRecord(chunk.bytes, start, end);
    if (parsed.kind === 'reject') {
      this.#rejects.push({ chunk, index, reason: parsed.reason, detail: parsed.detail });
      return false;
    }
    // columns take rows in their order: those of the block before this one
    this.#blocks.flush(this.#rowCount);
    this.#times.eventTimes[this.#rowCount] = this.#rows.read(this.#rowCount, parsed.fields);
    return true;
  }
}

/** Counts the bytes of records `[first, end)`, and some for each: an empty one costs as well. */
function sizeOf({ valueStarts, valueEnds }: RecordChunk, first: number, end: number): number {
  let bytes = (end - first) * recordBytes;
  for (let index = first; index < end; index++) bytes += (valueEnds[index] ?? 0) - (valueStarts[index] ?? 0);
  return bytes;
}
