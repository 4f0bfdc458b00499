import { randomUUID } from 'node:crypto';
import type {
  AssignedPartition,
  CommittedOffset,
  OffsetRange,
  RecordHandler,
  RecordSource,
  TopicDescription,
  TopicReader,
  Watermarks,
} from '../../src/consumer/ports/topic.ts';
import type { RecordChunk } from '../../src/consumer/ports/record-chunk.ts';
import { PipelineError } from '../../src/runtime/errors.ts';
import { chunkOf, type TestRecord } from '../support/chunks.ts';

/** A topic in memory that refuses what a real one refuses. Offsets below `low` are gone. */
export class FakeTopic implements TopicReader {
  readonly name: string;
  /** A topic made again under the same name has another one. */
  readonly id: string | undefined = randomUUID();
  readonly #logs: TestRecord[][];
  readonly #low: bigint[];
  readonly #damages = new Map<number, OffsetRange & { readonly hidesEnd: boolean }>();
  readonly commits = new Map<number, { offset: bigint; metadata: string }>();

  constructor(partitions: number, name = 'readings') {
    this.name = name;
    this.#logs = Array.from({ length: partitions }, () => []);
    this.#low = Array.from({ length: partitions }, () => 0n);
  }

  append(partition: number, ...records: readonly TestRecord[]): void {
    this.#logs[partition]?.push(...records);
  }

  addPartition(): void {
    this.#logs.push([]);
    this.#low.push(0n);
  }

  /** Retention: everything below `offset` is gone. */
  deleteBelow(partition: number, offset: bigint): void {
    this.#low[partition] = offset;
  }

  /** The range can't be read from now on, until it is mended. */
  damage(range: OffsetRange, { hidesEnd = false } = {}): void {
    this.#damages.set(range.partition, { ...range, hidesEnd });
  }

  mend(partition: number): void {
    this.#damages.delete(partition);
  }

  damageOf(partition: number): (OffsetRange & { readonly hidesEnd: boolean }) | undefined {
    return this.#damages.get(partition);
  }

  marksOf(partition: number): Watermarks {
    return { low: this.#low[partition] ?? 0n, high: BigInt(this.#logs[partition]?.length ?? 0) };
  }

  get partitions(): number[] {
    return [...this.#logs.keys()];
  }

  chunk({ partition, from, to }: OffsetRange): RecordChunk {
    const records = this.#logs[partition]?.slice(Number(from), Number(to)) ?? [];
    return chunkOf(records, { from, partition, topic: this.name });
  }

  async describe(): Promise<TopicDescription> {
    const partitions = new Map(this.partitions.map((partition) => [partition, this.marksOf(partition)]));
    return { topicId: this.id, partitions };
  }

  async topicId(): Promise<string | undefined> {
    return this.id;
  }

  async offsetsAt(timestampMs: number): Promise<Map<number, bigint>> {
    return new Map(
      this.#logs.map((log, partition) => {
        const index = log.findIndex((record) => (record.timestampMs ?? 0) >= timestampMs);
        return [partition, BigInt(index === -1 ? log.length : index)];
      }),
    );
  }

  async committed(): Promise<ReadonlyMap<number, CommittedOffset>> {
    return this.commits;
  }

  async *read(range: OffsetRange): AsyncIterable<RecordChunk> {
    const { low, high } = this.marksOf(range.partition);
    if (range.from < low || range.to > high) {
      throw new PipelineError('OFFSETS_GONE', { message: `Kafka holds [${low}, ${high})`, retryable: false });
    }
    const damage = this.damageOf(range.partition);
    if (damage !== undefined && damage.from < range.to && damage.to > range.from) throw unreadable(damage);
    if (range.from < range.to) yield this.chunk(range);
  }
}

/** One member of a group on a `FakeTopic`. Tests say when partitions are assigned; records come as they are asked for. */
export class FakeSource implements RecordSource {
  readonly #topic: FakeTopic;
  readonly #chunkRecords: number;
  readonly #positions = new Map<number, bigint>();
  readonly #paused = new Set<number>();
  readonly #over = Promise.withResolvers<void>();
  readonly #assignment: readonly number[];
  #handler: RecordHandler | undefined;
  #isStopped = false;

  constructor(
    topic: FakeTopic,
    {
      assignment = topic.partitions,
      chunkRecords = 10,
    }: { readonly assignment?: readonly number[]; readonly chunkRecords?: number } = {},
  ) {
    this.#topic = topic;
    this.#assignment = assignment;
    this.#chunkRecords = chunkRecords;
  }

  async run(handler: RecordHandler): Promise<void> {
    this.#handler = handler;
    await this.assign(this.#assignment);
    while (!this.#isStopped) {
      this.#deliver();
      await Promise.race([this.#over.promise, new Promise((resolve) => setImmediate(resolve))]);
    }
  }

  /** A rebalance: the member has exactly these partitions from now on. */
  async assign(partitions: readonly number[]): Promise<void> {
    this.#positions.clear();
    const assigned = partitions.map((partition): AssignedPartition => {
      const committed = this.#topic.commits.get(partition);
      return { partition, topicId: this.#topic.id, ...this.#topic.marksOf(partition), ...(committed && { committed }) };
    });
    const starts = await this.#handler?.assigned(assigned);
    this.#paused.clear();
    for (const [partition, offset] of starts ?? []) this.#positions.set(partition, offset);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#over.resolve();
  }

  pause(partition: number): void {
    this.#paused.add(partition);
  }

  resume(partition: number): void {
    this.#paused.delete(partition);
  }

  seek(partition: number, offset: bigint): void {
    this.#positions.set(partition, offset);
  }

  async commit(partition: number, offset: bigint, metadata: string): Promise<void> {
    this.#topic.commits.set(partition, { offset, metadata });
  }

  #deliver(): void {
    for (const [partition, from] of this.#positions) {
      if (this.#paused.has(partition)) continue;
      const { low, high } = this.#topic.marksOf(partition);
      if (from < low) {
        this.#positions.set(partition, low);
        this.#handler?.gap({ partition, from, to: low });
        continue;
      }
      const damage = this.#topic.damageOf(partition);
      if (damage !== undefined && from >= damage.from && from < damage.to) {
        this.#positions.delete(partition);
        const to = damage.hidesEnd ? undefined : damage.to;
        this.#handler?.unreadable({ partition, from, to, error: unreadable(damage) });
        continue;
      }
      const limit = from + BigInt(this.#chunkRecords);
      const end = damage !== undefined && damage.from > from && damage.from < high ? damage.from : high;
      const to = limit < end ? limit : end;
      if (from >= to) continue;
      this.#positions.set(partition, to);
      this.#handler?.records(this.#topic.chunk({ partition, from, to }));
    }
  }
}

function unreadable({ partition, from }: OffsetRange): PipelineError {
  return new PipelineError('RECORDS_UNREADABLE', {
    message: `the record batch at offset ${from} of partition ${partition} has a wrong checksum`,
    retryable: false,
  });
}
