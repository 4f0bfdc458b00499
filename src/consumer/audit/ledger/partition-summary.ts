import type { ChainStart } from '../../ledger/notes/chain-start.ts';
import { isWritten, type LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import type { Watermarks } from '../../ports/topic.ts';
import { larger } from '../../../runtime/bigints.ts';

/** What one Kafka partition's part of the ledger adds up to. */
export interface PartitionSummary {
  readonly partition: number;
  readonly from: bigint;
  /** Where the chain ends; what is claimed and not written counts. */
  readonly to: bigint;
  readonly entries: number;
  readonly records: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly tombstones: number;
  readonly objects: number;
  readonly bytes: number;
  readonly gapOffsets: bigint;
  /** Offsets that are claimed and not written. */
  readonly claimedOffsets: bigint;
  /** Where START let the chain begin: what lies before was never promised, or is in the files of the table that was adopted. */
  readonly begun?: { readonly from: bigint; readonly start: string };
  /** Offsets that Kafka holds and the lake doesn't yet; `undefined` without a broker, and where the ledger is closed. */
  readonly lag: bigint | undefined;
}

/** Adds up the entries of one Kafka partition, which come in order. */
export class PartitionSum {
  readonly #partition: number;
  readonly #sum = { entries: 0, records: 0, rows: 0, deadLetters: 0, tombstones: 0, objects: 0, bytes: 0 };
  #first: LedgerEntry | undefined;
  #to = 0n;
  /** End of what is written, or known to be lost. */
  #writtenTo: bigint | undefined;
  #gapOffsets = 0n;
  #claimedOffsets = 0n;

  constructor(partition: number) {
    this.#partition = partition;
  }

  get first(): LedgerEntry | undefined {
    return this.#first;
  }

  /** Where the chain ends. */
  get end(): bigint {
    return this.#to;
  }

  get writtenTo(): bigint | undefined {
    return this.#writtenTo;
  }

  add(entry: LedgerEntry): void {
    const sum = this.#sum;
    this.#first ??= entry;
    this.#to = entry.to;
    sum.entries++;
    if (entry.state === 'claimed') this.#claimedOffsets += entry.to - entry.from;
    else this.#writtenTo = entry.to;
    if (entry.state === 'gap') this.#gapOffsets += entry.to - entry.from;
    if (!isWritten(entry)) return;
    const { records, rows, deadLetters, tombstones, objects } = entry.outcome;
    sum.records += records;
    sum.rows += rows;
    sum.deadLetters += deadLetters;
    sum.tombstones += tombstones;
    sum.objects += objects.length;
    for (const { bytes } of objects) sum.bytes += bytes;
  }

  /** `noted`: where the ledger says that the chain begins. */
  summary(marks: Watermarks | undefined, noted?: ChainStart): PartitionSummary {
    return {
      partition: this.#partition,
      from: this.#first?.from ?? noted?.from ?? 0n,
      to: this.#first === undefined ? (noted?.from ?? 0n) : this.#to,
      ...this.#sum,
      gapOffsets: this.#gapOffsets,
      claimedOffsets: this.#claimedOffsets,
      ...(noted?.chosen !== undefined && { begun: { from: noted.from, start: noted.chosen } }),
      lag: marks && this.#lag(marks, noted),
    };
  }

  #lag({ low, high }: Watermarks, noted: ChainStart | undefined): bigint {
    const reached = this.#writtenTo ?? this.#first?.from ?? noted?.from ?? low;
    const next = larger(reached, low);
    return high > next ? high - next : 0n;
  }
}
