import { openKernel } from '../json-kernel/kernel.ts';
import { BatchMemory } from './batch-memory.ts';
import type { DecodedColumn } from './decoded-column.ts';
import type { Placement } from './ledger-entry.ts';
import { parseRecord, type RejectReason } from './parse-json.ts';
import type { ChunkSlice, RecordChunk } from './record-chunk.ts';
import { BlockReader } from './block-reader.ts';
import { RecordScanner, type Scanned } from './record-scanner.ts';
import { RowReader, type RowRules } from './row-reader.ts';
import type { ScannedBlock } from './scanned-block.ts';

export interface DecodeRules extends RowRules {
  readonly recordBytesMax: number;
  /** False: every record is parsed by `JSON.parse`, which gives the same and is slower. */
  readonly scans?: boolean;
  /** Left out: the garbage collector's. */
  readonly memory?: BatchMemory;
}

export interface Reject {
  readonly chunk: RecordChunk;
  readonly index: number;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** A batch as columns. Rows are numbered from 0 in the order of their offsets. */
export interface DecodedBatch {
  readonly partition: number;
  readonly rowCount: number;
  readonly columns: readonly DecodedColumn[];
  /** What the rows' offsets are counted from: 0 unless a double can't hold them. */
  readonly from: bigint;
  readonly offsetDeltas: Float64Array;
  /** Kafka timestamps, milliseconds since the epoch; -1 for none. */
  readonly timestamps: Float64Array;
  /** The time that decides the Hive partition. */
  readonly placementTimes: Float64Array;
  readonly eventTimeRange: { readonly minMs: number; readonly maxMs: number } | undefined;
  readonly rescued: ReadonlyMap<number, readonly (readonly [string, unknown])[]>;
  readonly rejects: readonly Reject[];
  readonly tombstones: number;
  /** Ends the batch: its memory may hold another from now on. */
  recycle(): void;
}

const msPerDay = 86_400_000;

/** What a Date can hold; a producer can send anything. */
const timestampMax = 8.64e15;

/** Turns records into columns keyed by (field, type), so that no conflict can stop it. Never throws on a record's content. */
export function decodeBatch(slices: readonly ChunkSlice[], placement: Placement, rules: DecodeRules): DecodedBatch {
  const decoder = new BatchDecoder(slices, placement, rules);
  for (const slice of slices) decoder.read(slice);
  return decoder.finish();
}

class BatchDecoder {
  readonly #rules: DecodeRules;
  readonly #placement: Placement;
  readonly #memory: BatchMemory;
  readonly #partition: number;
  readonly #from: bigint;
  readonly #rows: RowReader;
  readonly #scanner: RecordScanner;
  readonly #scans: boolean;
  readonly #blocks: BlockReader;
  /** Scanned records that are rows already, and whose values are not yet in their columns. */
  #block: ScannedBlock | undefined;
  readonly #offsetDeltas: Float64Array;
  readonly #timestamps: Float64Array;
  readonly #eventTimes: Float64Array;
  readonly #rejects: Reject[] = [];
  #tombstones = 0;
  #rowCount = 0;
  /** From offset deltas of the chunk to those of the batch. */
  #shift = 0;

  constructor(slices: readonly ChunkSlice[], placement: Placement, rules: DecodeRules) {
    const { memory = new BatchMemory(), scans = true } = rules;
    const { eventTimeField } = placement;
    const rowsMax = slices.reduce((sum, { first, end }) => sum + end - first, 0);
    this.#rules = rules;
    this.#placement = placement;
    this.#memory = memory;
    this.#partition = slices[0]?.chunk.partition ?? 0;
    this.#from = (slices.at(-1)?.chunk.to ?? 0n) <= Number.MAX_SAFE_INTEGER ? 0n : (slices[0]?.chunk.from ?? 0n);
    const kernel = openKernel();
    this.#scans = scans;
    this.#rows = new RowReader(rules, eventTimeField, { rowsMax, memory, kernel });
    this.#scanner = new RecordScanner(kernel, { rowsMax, recordBytesMax: rules.recordBytesMax });
    this.#offsetDeltas = memory.float64(rowsMax);
    this.#timestamps = memory.float64(rowsMax);
    this.#eventTimes = memory.float64(rowsMax);
    const reader = { kernel, scanner: this.#scanner, rows: this.#rows };
    this.#blocks = new BlockReader(reader, eventTimeField, this.#eventTimes);
  }

  read({ chunk, first, end }: ChunkSlice): void {
    this.#shift = Number(chunk.from - this.#from);
    for (let index = first; index < end;) {
      const stop = index + (this.#scans ? this.#scanner.load(chunk, index, end) : 0);
      if (stop === index) this.#readOne(chunk, index++);
      while (index < stop) {
        const scanned = this.#scanner.scan(index, stop);
        if (scanned === undefined) this.#readOne(chunk, index++);
        else {
          this.#keep(scanned, chunk, index);
          index += scanned.count;
        }
      }
      // a block knows its texts by their place in what was loaded
      this.#flush();
    }
  }

  finish(): DecodedBatch {
    const count = this.#rowCount;
    const timestamps = this.#timestamps.subarray(0, count);
    const eventTimes = this.#eventTimes.subarray(0, count);
    return {
      partition: this.#partition,
      rowCount: count,
      columns: this.#rows.finish(),
      from: this.#from,
      offsetDeltas: this.#offsetDeltas.subarray(0, count),
      timestamps,
      eventTimeRange: rangeOf(eventTimes),
      placementTimes: placeAll(eventTimes, timestamps, this.#placement),
      rescued: this.#rows.rescued,
      rejects: this.#rejects,
      tombstones: this.#tombstones,
      recycle: () => this.#memory.release(),
    };
  }

  /** Scanned records, from `first` on, become rows. */
  #keep({ block, count }: Scanned, chunk: RecordChunk, first: number): void {
    if (this.#block !== block) {
      this.#flush();
      this.#block = block;
    }
    block.count += count;
    for (let index = first; index < first + count; index++) this.#addRow(chunk, index);
    if (block.count === block.capacity) this.#flush();
  }

  /** A record that is not scanned becomes a row or a dead letter, or is a tombstone. */
  #readOne(chunk: RecordChunk, index: number): void {
    const start = chunk.valueStarts[index] ?? -1;
    const bytes = (chunk.valueEnds[index] ?? -1) - start;
    if (start < 0) this.#tombstones++;
    else if (bytes > this.#rules.recordBytesMax) {
      const detail = `${bytes} bytes, at most ${this.#rules.recordBytesMax} are taken`;
      this.#rejects.push({ chunk, index, reason: 'too-large', detail });
    } else if (this.#parse(chunk, index, start, start + bytes)) this.#addRow(chunk, index);
  }

  #addRow(chunk: RecordChunk, index: number): void {
    const row = this.#rowCount++;
    const sent = chunk.timestamps[index] ?? -1;
    this.#timestamps[row] = sent > timestampMax ? -1 : sent;
    this.#offsetDeltas[row] = this.#shift + (chunk.offsetDeltas[index] ?? 0);
  }

  /** Columns take rows in their order: those of a block before any other. */
  #flush(): void {
    const block = this.#block;
    if (block === undefined || block.count === 0) return;
    this.#blocks.read(block, this.#rowCount - block.count);
    block.count = 0;
  }

  /** False when the record has become a dead letter. */
  #parse(chunk: RecordChunk, index: number, start: number, end: number): boolean {
    const parsed = parseRecord(chunk.bytes, start, end);
    if (parsed.kind === 'reject') {
      this.#rejects.push({ chunk, index, reason: parsed.reason, detail: parsed.detail });
      return false;
    }
    this.#flush();
    this.#eventTimes[this.#rowCount] = this.#rows.read(this.#rowCount, parsed.fields);
    const block = this.#scanner.learn({ start, end, fields: parsed.fields }, chunk.bytes);
    if (block !== undefined) this.#blocks.open(block, parsed.fields);
    return true;
  }
}

function rangeOf(times: Float64Array): DecodedBatch['eventTimeRange'] {
  let minMs = Infinity;
  let maxMs = -Infinity;
  for (let row = 0; row < times.length; row++) {
    const timeMs = times[row] ?? Number.NaN;
    if (timeMs < minMs) minMs = timeMs;
    if (timeMs > maxMs) maxMs = timeMs;
  }
  return minMs <= maxMs ? { minMs, maxMs } : undefined;
}

/** `placementTime` of all rows, over their event times, which nothing else needs. */
function placeAll(eventTimes: Float64Array, timestamps: Float64Array, placement: Placement): Float64Array {
  for (let row = 0; row < eventTimes.length; row++)
    eventTimes[row] = placementTime(eventTimes[row] ?? Number.NaN, timestamps[row] ?? -1, placement);
  return eventTimes;
}

/**
 * The event time when it lies within the window around the Kafka timestamp, else that timestamp: a clock that is wrong by years
 * can't scatter files over the lake. The row keeps its event time either way.
 */
export function placementTime(eventMs: number, timestampMs: number, { pastDaysMax, futureDaysMax }: Placement): number {
  if (timestampMs < 0) return Number.isNaN(eventMs) ? 0 : eventMs;
  const isNear = eventMs >= timestampMs - pastDaysMax * msPerDay && eventMs <= timestampMs + futureDaysMax * msPerDay;
  return isNear ? eventMs : timestampMs;
}
