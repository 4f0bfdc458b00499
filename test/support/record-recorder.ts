import type { RecordChunk } from '../../src/consumer/ports/record-chunk.ts';
import type { AssignedPartition, RecordHandler, UnreadableRecords } from '../../src/consumer/ports/topic.ts';

/** The records' values as strings, in order. */
export function valuesOf(chunks: readonly RecordChunk[]): string[] {
  return chunks.flatMap((chunk) =>
    Array.from({ length: chunk.count }, (_, index) =>
      chunk.bytes.toString('utf8', chunk.valueStarts[index], chunk.valueEnds[index]),
    ),
  );
}

/** A handler that keeps its chunks, starts at the given offsets, and can be waited for. */
export class RecordRecorder implements RecordHandler {
  readonly chunks: RecordChunk[] = [];
  readonly gaps: { partition: number; from: bigint; to: bigint }[] = [];
  readonly damages: UnreadableRecords[] = [];
  assignments: readonly AssignedPartition[] = [];
  readonly #starts: ReadonlyMap<number, bigint>;
  #changed = Promise.withResolvers<void>();

  constructor(starts: ReadonlyMap<number, bigint> = new Map()) {
    this.#starts = starts;
  }

  async assigned(partitions: readonly AssignedPartition[]): Promise<ReadonlyMap<number, bigint>> {
    this.assignments = partitions;
    this.#notify();
    return new Map(partitions.map(({ partition, low }) => [partition, this.#starts.get(partition) ?? low]));
  }

  revoked(): void {
    this.#notify();
  }

  records(chunk: RecordChunk): void {
    this.chunks.push(chunk);
    this.#notify();
  }

  gap(gap: { readonly partition: number; readonly from: bigint; readonly to: bigint }): void {
    this.gaps.push(gap);
    this.#notify();
  }

  unreadable(damage: UnreadableRecords): void {
    this.damages.push(damage);
    this.#notify();
  }

  /** Waits until `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  of(partition: number): RecordChunk[] {
    return this.chunks.filter((chunk) => chunk.partition === partition);
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
