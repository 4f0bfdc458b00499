import type { Kernel } from '../../kernel/kernel.ts';
import { msPerDay } from '../../runtime/duration.ts';
import type { TimeRange } from '../../schema/layout.ts';
import type { BatchMemory } from './batch-memory.ts';
import type { Placement } from '../ledger/ledger-entry.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';

/** All in milliseconds since the epoch. */
export interface PlacedTimes {
  /** Kafka timestamps, -1 for none. */
  readonly timestamps: Float64Array;
  readonly oldestTimestampMs: number | undefined;
  readonly eventTimeRange: TimeRange | undefined;
  /**
   * The time that decides the Hive partition: the event time when it lies within the window around the Kafka timestamp, else that
   * timestamp. A clock that is wrong by years can't scatter files over the lake; the row keeps its event time either way.
   */
  readonly placementTimes: Float64Array;
  /** `undefined` when there are none. */
  readonly placementRange: TimeRange | undefined;
}

/** What a Date can hold; a producer can send anything. */
const timestampMax = 8.64e15;

/** Where in Kafka and in time the rows of a batch are. */
export class RowTimes {
  readonly #offsetDeltas: Float64Array;
  readonly #timestamps: Float64Array;
  /** By row, NaN for none; filled in by those who read the records. */
  readonly eventTimes: Float64Array;

  constructor(rowsMax: number, memory: BatchMemory) {
    this.#offsetDeltas = memory.float64(rowsMax);
    this.#timestamps = memory.float64(rowsMax);
    this.eventTimes = memory.float64(rowsMax);
  }

  /** Records `[first, end)` of the chunk are the rows from `row` on. `shift`: from its offset deltas to those of the batch. */
  add(row: number, chunk: RecordChunk, { first, end, shift }: { first: number; end: number; shift: number }): void {
    this.#timestamps.set(chunk.timestamps.subarray(first, end), row);
    const { offsetDeltas } = chunk;
    const into = this.#offsetDeltas;
    for (let index = first; index < end; index++) into[row + index - first] = shift + (offsetDeltas[index] ?? 0);
  }

  offsetDeltas(count: number): Float64Array {
    return this.#offsetDeltas.subarray(0, count);
  }

  /** Of the first `count` rows. Placement times stand where the event times were, which nothing else needs. */
  place(count: number, { pastDaysMax, futureDaysMax }: Placement, kernel: Kernel): PlacedTimes {
    const timestamps = this.#timestamps.subarray(0, count);
    const placementTimes = this.eventTimes.subarray(0, count);
    return kernel.borrow(() => {
      const { calls } = kernel;
      let sent = kernel.keepDoubles(timestamps);
      if (calls.greatestOf(sent, count) > timestampMax) {
        for (const [row, timestamp] of timestamps.entries()) if (timestamp > timestampMax) timestamps[row] = -1;
        sent = kernel.keepDoubles(timestamps);
      }
      const times = kernel.keepDoubles(placementTimes);
      const eventTimeRange = kernel.rangeOf(times, count);
      const oldestTimestampMs = calls.leastFrom(sent, count, 0);
      calls.placeTimes(times, sent, count, pastDaysMax * msPerDay, futureDaysMax * msPerDay);
      const first = times / Float64Array.BYTES_PER_ELEMENT;
      placementTimes.set(kernel.float64.subarray(first, first + count));
      return {
        timestamps,
        oldestTimestampMs: Number.isFinite(oldestTimestampMs) ? oldestTimestampMs : undefined,
        eventTimeRange: timeRange(eventTimeRange),
        placementTimes,
        placementRange: timeRange(kernel.rangeOf(times, count)),
      };
    });
  }
}

function timeRange({ min, max }: { readonly min: number; readonly max: number }): TimeRange | undefined {
  return min <= max ? { minMs: min, maxMs: max } : undefined;
}
