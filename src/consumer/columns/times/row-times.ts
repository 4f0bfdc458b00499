import type { Kernel } from '../../../kernel/kernel.ts';
import { msPerDay } from '../../../runtime/duration.ts';
import type { TimeRange } from '../../../schema/partitions/layout.ts';
import type { BatchMemory } from '../builders/batch-memory.ts';
import type { Placement } from '../../../schema/partitions/layout.ts';
import type { RecordChunk } from '../../ports/record-chunk.ts';

/** Times of a batch's rows, in milliseconds since the epoch. */
export interface PlacedTimes {
  /** Kafka timestamps, -1 for none. */
  readonly timestamps: Float64Array;
  readonly oldestTimestampMs: number | undefined;
  readonly eventTimeRange: TimeRange | undefined;
  readonly rowsWithoutEventTime: number;
  /**
   * The time that decides the Hive partition: the event time when it lies within the window around the Kafka timestamp, else that
   * timestamp. A clock that is wrong by years can't scatter files over the lake; the row keeps its event time either way.
   */
  readonly placementTimes: Float64Array;
  /** `undefined` when there are none. */
  readonly placementRange: TimeRange | undefined;
}

/** The latest time that a Date can hold; a producer can send anything. */
const timestampMax = 8.64e15;

/** Collects offsets and times of a batch's rows. */
export class RowTimes {
  readonly #offsetDeltas: Float64Array;
  readonly #timestamps: Float64Array;
  /** Event times by row, NaN for none; filled in by the readers of records. */
  readonly eventTimes: Float64Array;

  constructor(rowsMax: number, memory: BatchMemory) {
    this.#offsetDeltas = memory.float64(rowsMax);
    this.#timestamps = memory.float64(rowsMax);
    this.eventTimes = memory.float64(rowsMax);
  }

  /** Adds records `[first, end)` of the chunk as the rows from `row` on; `shift` is added to the chunk's offset deltas. */
  add(row: number, chunk: RecordChunk, { first, end, shift }: { first: number; end: number; shift: number }): void {
    this.#timestamps.set(chunk.timestamps.subarray(first, end), row);
    const { offsetDeltas } = chunk;
    const into = this.#offsetDeltas;
    for (let index = first; index < end; index++) into[row + index - first] = shift + (offsetDeltas[index] ?? 0);
  }

  offsetDeltas(count: number): Float64Array {
    return this.#offsetDeltas.subarray(0, count);
  }

  /** Finds the times of the first `count` rows. Reuses the event times' array for the placement times. */
  finish(count: number, { pastDaysMax, futureDaysMax }: Placement, kernel: Kernel): PlacedTimes {
    const timestamps = this.#timestamps.subarray(0, count);
    const placementTimes = this.eventTimes.subarray(0, count);
    return kernel.withScratch(() => {
      const { calls } = kernel;
      let sent = kernel.copyInDoubles(timestamps);
      if (calls.maxOf(sent, count) > timestampMax) {
        for (const [row, timestamp] of timestamps.entries()) if (timestamp > timestampMax) timestamps[row] = -1;
        sent = kernel.copyInDoubles(timestamps);
      }
      const times = kernel.copyInDoubles(placementTimes);
      const eventTimeRange = kernel.rangeOf(times, count);
      const rowsWithoutEventTime = calls.countNaN(times, count);
      const oldestTimestampMs = calls.minFrom(sent, count, 0);
      calls.setPlacementTimes(times, sent, count, pastDaysMax * msPerDay, futureDaysMax * msPerDay);
      const first = times / Float64Array.BYTES_PER_ELEMENT;
      placementTimes.set(kernel.float64.subarray(first, first + count));
      return {
        timestamps,
        oldestTimestampMs: Number.isFinite(oldestTimestampMs) ? oldestTimestampMs : undefined,
        eventTimeRange: timeRange(eventTimeRange),
        rowsWithoutEventTime,
        placementTimes,
        placementRange: timeRange(kernel.rangeOf(times, count)),
      };
    });
  }
}

function timeRange({ min, max }: { readonly min: number; readonly max: number }): TimeRange | undefined {
  return min <= max ? { minMs: min, maxMs: max } : undefined;
}
