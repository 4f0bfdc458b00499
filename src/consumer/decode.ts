import type { DecodedColumn } from './decoded-column.ts';
import type { Placement } from './ledger-entry.ts';
import { parseRecord, type RejectReason } from './parse-json.ts';
import type { ChunkSlice, RecordChunk } from './record-chunk.ts';
import { RecordScanner } from './record-scanner.ts';
import { RowReader, type RowRules } from './row-reader.ts';

export interface DecodeRules extends RowRules {
  readonly recordBytesMax: number;
  /** False: every record is parsed by `JSON.parse`, which gives the same and is slower. */
  readonly scans?: boolean;
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
  /** What the rows' offsets are counted from. */
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
}

const msPerDay = 86_400_000;

/** What a Date can hold; a producer can send anything. */
const timestampMax = 8.64e15;

/** Turns records into columns keyed by (field, type), so that no conflict can stop it. Never throws on a record's content. */
export function decodeBatch(slices: readonly ChunkSlice[], placement: Placement, rules: DecodeRules): DecodedBatch {
  const capacity = slices.reduce((sum, { first, end }) => sum + end - first, 0);
  const rows = new RowReader(rules, { eventTimeField: placement.eventTimeField, rowsMax: capacity });
  const scanner = rules.scans === false ? undefined : new RecordScanner();
  const from = slices[0]?.chunk.from ?? 0n;
  const offsetDeltas = new Float64Array(capacity);
  const timestamps = new Float64Array(capacity);
  const placementTimes = new Float64Array(capacity);
  const rejects: Reject[] = [];
  let tombstones = 0;
  let rowCount = 0;
  let minMs = Infinity;
  let maxMs = -Infinity;

  for (const { chunk, first, end } of slices) {
    const shift = Number(chunk.from - from);
    scanner?.use(chunk.bytes);
    for (let index = first; index < end; index++) {
      const start = chunk.valueStarts[index] ?? -1;
      const stop = chunk.valueEnds[index] ?? -1;
      if (start < 0) {
        tombstones++;
        continue;
      }
      if (stop - start > rules.recordBytesMax) {
        const detail = `${stop - start} bytes, at most ${rules.recordBytesMax} are taken`;
        rejects.push({ chunk, index, reason: 'too-large', detail });
        continue;
      }
      const shape = scanner?.scan(start, stop);
      let eventMs: number;
      if (scanner !== undefined && shape !== undefined) {
        eventMs = rows.readScanned(rowCount, shape, scanner);
      } else {
        const parsed = parseRecord(chunk.bytes, start, stop);
        if (parsed.kind === 'reject') {
          rejects.push({ chunk, index, reason: parsed.reason, detail: parsed.detail });
          continue;
        }
        eventMs = rows.read(rowCount, parsed.fields);
        scanner?.learn({ start, end: stop, fields: parsed.fields });
      }
      if (eventMs < minMs) minMs = eventMs;
      if (eventMs > maxMs) maxMs = eventMs;
      const sent = chunk.timestamps[index] ?? -1;
      const timestamp = sent > timestampMax ? -1 : sent;
      offsetDeltas[rowCount] = shift + (chunk.offsetDeltas[index] ?? 0);
      timestamps[rowCount] = timestamp;
      placementTimes[rowCount] = placementTime(eventMs, timestamp, placement);
      rowCount++;
    }
  }
  return {
    partition: slices[0]?.chunk.partition ?? 0,
    rowCount,
    columns: rows.finish(),
    from,
    offsetDeltas: offsetDeltas.subarray(0, rowCount),
    timestamps: timestamps.subarray(0, rowCount),
    placementTimes: placementTimes.subarray(0, rowCount),
    eventTimeRange: minMs <= maxMs ? { minMs, maxMs } : undefined,
    rescued: rows.rescued,
    rejects,
    tombstones,
  };
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
