import type { LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import type { OffsetRange } from '../../ports/topic.ts';
import { aboutRange, rangeText, recordsGap, replayOf, type Finding } from '../findings/finding.ts';
import { larger } from '../../../runtime/bigints.ts';

/** Where the chain of a Kafka partition must begin, and how we know. */
export interface ExpectedStart {
  /** The ledger noted it before the first claim; lakes of older versions have no such note. */
  readonly noted?: bigint;
  /** First offset that the broker still holds; unknown without a broker. */
  readonly low?: bigint;
}

/** Follows the entries of one Kafka partition, in order of their offsets: one must begin where the one before it ends. */
export class ChainAudit {
  readonly #partition: number;
  readonly #low: bigint | undefined;
  readonly #unreadable = new Map<bigint, bigint | undefined>();
  #end: bigint | undefined;

  /** `low`: first offset that the broker still holds, where it is known. */
  constructor(partition: number, low?: bigint) {
    this.#partition = partition;
    this.#low = low;
  }

  /** An entry that begins here, or a segment up to `to`, can't be read: that it is missing from the chain is no finding of its own. */
  skip(from: bigint, to?: bigint): void {
    this.#unreadable.set(from, to);
  }

  add(entry: LedgerEntry): Finding[] {
    const expected = this.#end ?? entry.from;
    this.#end = larger(entry.to, expected);
    if (entry.from > expected) return this.#unreadable.has(expected) ? [] : [hole(entry, expected, this.#low)];
    return entry.from < expected ? [overlap(entry, expected)] : [];
  }

  /** Checks that the first entry begins where the chain once began. */
  auditHead(first: bigint, { noted, low }: ExpectedStart): Finding[] {
    const start = noted ?? low;
    if (start === undefined || start >= first || this.#isUnreadable(start, first)) return [];
    const range = { partition: this.#partition, from: start, to: first };
    const evidence = noted === undefined ? 'Kafka still holds it' : 'the ledger notes that the chain begins there';
    const what = `has no ledger entry, though ${evidence}: the first ${range.to - range.from} offsets are gone`;
    return [aboutRange(range, { problem: 'head-missing', what, action: actionFor(range, low) })];
  }

  /** Audits a chain that has begun and has no entry yet: what Kafka has dropped since was never written. */
  auditNoted({ noted, low }: ExpectedStart): Finding[] {
    if (noted === undefined || low === undefined || low <= noted) return [];
    const range = { partition: this.#partition, from: noted, to: low };
    const what = `was to be written first, and Kafka no longer holds it: ${low - noted} offsets are lost`;
    return [aboutRange(range, { problem: 'lost-to-retention', what, action: recordsGap })];
  }

  #isUnreadable(start: bigint, end: bigint): boolean {
    return [...this.#unreadable.keys()].some((from) => from >= start && from < end);
  }
}

function hole({ partition, from }: LedgerEntry, expected: bigint, low: bigint | undefined): Finding {
  const what = `no ledger entry covers ${from - expected} offsets`;
  const range = { partition, from: expected, to: from };
  return aboutRange(range, { problem: 'hole-in-chain', what, action: actionFor(range, low) });
}

/** A replay helps unless Kafka is known to hold nothing of the range any more; what the lake has of it is a finding of its own. */
function actionFor(range: OffsetRange, low = range.from): string {
  const restore = 'restore the ledger’s entries and their objects from a backup';
  return low < range.to
    ? `${replayOf(range)}, which writes what Kafka still holds, and keeps what only the lake has; or ${restore}`
    : `${restore}; what the table still has of them in objects of their own, a replay of this range enters as it is`;
}

function overlap({ partition, from }: LedgerEntry, expected: bigint): Finding {
  return {
    problem: 'overlap-in-chain',
    partition,
    where: rangeText({ from, to: expected }),
    what: 'two ledger entries cover the same offsets',
    action: 'somebody wrote to the ledger by hand; keep the entry whose objects are there and delete the other',
  };
}
