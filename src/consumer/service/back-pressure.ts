import type { PipelineObserver } from '../commit/pipeline-observer.ts';
import type { RecordSource } from '../ports/topic.ts';
import type { PartitionWork } from './partition-work.ts';

/** Reading resumes when buffers fall to this share of the limit; high, so that there is always something to write. */
const resumeShare = 0.8;

export interface BackPressureOptions {
  readonly source: Pick<RecordSource, 'pause' | 'resume'>;
  readonly bufferBytesMax: number;
  readonly observer: PipelineObserver;
}

/**
 * Keeps the sum of all buffers below the limit: pauses reading, and names the partition whose batch is cut early. Between the
 * limit and where reading resumes nothing may wait either: when no batch is on its way, nothing else would move.
 */
export class BackPressure {
  readonly #options: BackPressureOptions;
  #isPaused = false;

  constructor(options: BackPressureOptions) {
    this.#options = options;
  }

  /** Forgets that reading was paused: a new assignment reads all of its partitions. */
  reset(): void {
    this.#isPaused = false;
  }

  /** Answers with the partition to cut now, if one has to be. */
  relieve(works: readonly PartitionWork[], { mayRead }: { readonly mayRead: boolean }): PartitionWork | undefined {
    const { bufferBytesMax } = this.#options;
    const bytes = heldBytes(works);
    if (bytes > bufferBytesMax) {
      this.#pause(works, bytes);
      return largestOf(works);
    }
    if (!this.#isPaused) return undefined;
    if (bytes > bufferBytesMax * resumeShare) return works.some(({ isBusy }) => isBusy) ? undefined : largestOf(works);
    this.#resume(mayRead ? works : [], bytes);
    return undefined;
  }

  #pause(works: readonly PartitionWork[], bytes: number): void {
    const { source, observer } = this.#options;
    if (!this.#isPaused) observer.paused?.(bytes);
    this.#isPaused = true;
    for (const work of works) if (!work.needsMore) source.pause(work.partition);
  }

  #resume(works: readonly PartitionWork[], bytes: number): void {
    const { source, observer } = this.#options;
    this.#isPaused = false;
    for (const { partition } of works) source.resume(partition);
    observer.resumed?.(bytes);
  }
}

/** Memory of what has arrived and is not written. */
export function heldBytes(works: readonly PartitionWork[]): number {
  return works.reduce((sum, { buffer }) => sum + buffer.heldBytes, 0);
}

function largestOf(works: readonly PartitionWork[]): PartitionWork | undefined {
  const waiting = works.filter(({ state, isEmpty }) => state.kind === 'reading' && !isEmpty);
  return waiting.toSorted((a, b) => b.buffer.heldBytes - a.buffer.heldBytes)[0];
}
