import { readChain } from '../../consumer/audit/ledger/read-chain.ts';
import { isWritten, type LedgerEntry } from '../../consumer/ledger/entry/ledger-entry.ts';
import type { Ledger } from '../../consumer/ledger/ledger.ts';
import type { ObjectStore } from '../../consumer/ports/lake.ts';

/** What the pipeline page needs of one committed batch. */
export interface RecentBatch {
  readonly partition: number;
  readonly committedAtMs: number;
  readonly reason: string;
  readonly records: number;
  readonly rows: number;
  readonly deadLetters: number;
  /** Sizes of its objects. */
  readonly fileBytes: readonly number[];
  /** When its last record was sent, where it has one. */
  readonly sentAtMs: number | undefined;
}

export interface RecentBatchesOptions {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly table: string;
  readonly topic: string;
  /** Older batches are let go. */
  readonly keptMs: number;
}

/** New Kafka partitions are looked for no more often: a listing costs more than reading what is new. */
const partitionsEveryMs = 5 * 60_000;

/** Keeps up with the ledger: reads the batches of the last hours once, then asks for the next one of each Kafka partition. */
export class RecentBatches {
  readonly #options: RecentBatchesOptions;
  readonly #positions = new Map<number, bigint>();
  #batches: RecentBatch[] = [];
  #listedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: RecentBatchesOptions) {
    this.#options = options;
  }

  /** The batches that were committed in the kept time, in no order. Rejects with STORE_* or LEDGER_*. */
  async upTo(nowMs: number): Promise<readonly RecentBatch[]> {
    const oldestMs = nowMs - this.#options.keptMs;
    if (nowMs - this.#listedAtMs >= partitionsEveryMs) await this.#findPartitions(oldestMs, nowMs);
    for (const partition of this.#positions.keys()) await this.#follow(partition);
    this.#batches = this.#batches.filter(({ committedAtMs }) => committedAtMs >= oldestMs);
    return this.#batches;
  }

  async #findPartitions(sinceMs: number, nowMs: number): Promise<void> {
    for (const partition of await this.#options.ledger.partitions(this.#options))
      if (!this.#positions.has(partition)) await this.#begin(partition, sinceMs);
    this.#listedAtMs = nowMs;
  }

  async #begin(partition: number, sinceMs: number): Promise<void> {
    const path = { ...this.#options, partition };
    for await (const entry of readChain(path, { ...this.#options, sinceMs, onUnreadable: () => {} }))
      if (!this.#add(entry)) return;
  }

  async #follow(partition: number): Promise<void> {
    const path = { ...this.#options, partition };
    for (;;) {
      const found = await this.#options.ledger.find(path, this.#positions.get(partition) ?? 0n);
      if (found === undefined || !this.#add(found.entry)) return;
    }
  }

  /** False for a claim: it is looked at again. */
  #add(entry: LedgerEntry): boolean {
    this.#positions.set(entry.partition, entry.state === 'claimed' ? entry.from : entry.to);
    if (isWritten(entry)) this.#batches.push(batchOf(entry.partition, entry));
    return entry.state !== 'claimed';
  }
}

function batchOf(partition: number, { reason, outcome }: Extract<LedgerEntry, { outcome: unknown }>): RecentBatch {
  return {
    partition,
    reason,
    committedAtMs: Date.parse(outcome.committedAt),
    records: outcome.records,
    rows: outcome.rows,
    deadLetters: outcome.deadLetters,
    fileBytes: outcome.objects.map(({ bytes }) => bytes),
    sentAtMs: outcome.lastRecord?.timestampMs,
  };
}
