import type { PipelineObserver } from '../commit/tools/pipeline-observer.ts';
import type { RecordSource } from '../ports/topic.ts';
import type { PartitionWork } from './partition-work.ts';

/** Reading resumes when buffers fall to this share of the limit; high, so that there is always something to write. */
const resumeShare = 0.8;

export interface BackPressureOptions {
  readonly bufferBytesMax: number;
  readonly observer: Pick<PipelineObserver, 'paused' | 'resumed'>;
}

/** A pipeline, as far as its buffers count towards the limit. */
export interface Buffering {
  readonly source: Pick<RecordSource, 'pause' | 'resume'>;
  readonly works: () => readonly PartitionWork[];
  /** False once the pipeline stops: what is paused then stays paused. */
  readonly mayRead: () => boolean;
  /** Writes what the partition has buffered now. */
  readonly relieve: (work: PartitionWork) => void;
}

/**
 * Keeps the sum of all buffers below the limit, whatever number of pipelines they belong to: pauses reading, and has the largest buffer
 * written early. That one is also written early when the sum is between the limit and the share at which reading resumes and no batch is on
 * its way, since nothing else would make room.
 */
export class BackPressure {
  readonly #options: BackPressureOptions;
  /** Whether each pipeline's reading is paused. */
  readonly #isPaused = new Map<Buffering, boolean>();

  constructor(options: BackPressureOptions) {
    this.#options = options;
  }

  /** Counts the buffers of a pipeline from now on. Called again when its partitions are assigned anew, of which none is paused. */
  begin(pipeline: Buffering): void {
    this.#isPaused.set(pipeline, false);
  }

  /** Forgets a pipeline that has ended. If only its buffers kept the others from reading, these read again. */
  end(pipeline: Buffering): void {
    this.#isPaused.delete(pipeline);
    this.relieve();
  }

  relieve(): void {
    const { bufferBytesMax } = this.#options;
    const works = [...this.#isPaused.keys()].flatMap((pipeline) => pipeline.works());
    const bytes = heldBytes(works);
    const isOver = bytes > bufferBytesMax;
    if (isOver) this.#pause(bytes);
    else if (!this.#hasPaused) return;
    else if (bytes <= bufferBytesMax * resumeShare) return this.#resume(bytes);
    else if (works.some(({ isBusy }) => isBusy)) return;
    const largest = largestOf(works);
    if (largest === undefined) return;
    const owner = [...this.#isPaused.keys()].find((pipeline) => pipeline.works().includes(largest));
    owner?.relieve(largest);
  }

  get #hasPaused(): boolean {
    return this.#isPaused.values().some((isPaused) => isPaused);
  }

  #pause(bytes: number): void {
    if (!this.#hasPaused) this.#options.observer.paused?.(bytes);
    for (const pipeline of this.#isPaused.keys()) {
      this.#isPaused.set(pipeline, true);
      for (const work of pipeline.works()) if (!work.needsMore) pipeline.source.pause(work.partition);
    }
  }

  #resume(bytes: number): void {
    for (const [pipeline, isPaused] of this.#isPaused) {
      this.#isPaused.set(pipeline, false);
      if (isPaused && pipeline.mayRead())
        for (const { partition } of pipeline.works()) pipeline.source.resume(partition);
    }
    this.#options.observer.resumed?.(bytes);
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
