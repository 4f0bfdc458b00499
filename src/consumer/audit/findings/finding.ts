import type { ReplacingEntry } from '../../ledger/entry/ledger-entry.ts';
import type { OffsetRange } from '../../ports/topic.ts';

/** One thing that is wrong, where, and what to do. */
export interface Finding {
  readonly problem: Problem;
  /** Kafka partition, if it concerns one. */
  readonly partition?: number;
  /** Object or ledger key, range of offsets, Hive partition or column. */
  readonly where: string;
  readonly what: string;
  readonly action: string;
}

export type Problem =
  // the chain of one Kafka partition
  | 'head-missing'
  | 'hole-in-chain'
  | 'overlap-in-chain'
  | 'entry-unreadable'
  | 'segment-differs'
  | 'ledger-unknown-file'
  | 'unfinished-claim'
  | 'unfinished-replacement'
  | 'gap'
  | 'counts'
  // objects
  | 'object-missing'
  | 'object-size'
  | 'object-checksum'
  | 'object-rows'
  | 'object-unreadable'
  | 'object-unlisted'
  | 'object-doubled'
  | 'object-obsolete'
  // files that upkeep has merged
  | 'merge-outdated'
  | 'merge-late'
  // records in objects
  | 'record-missing'
  | 'record-doubled'
  | 'record-misplaced'
  | 'record-unnamed'
  // the catalog
  | 'table-missing'
  | 'table-kind'
  | 'table-location'
  | 'table-keys'
  | 'column-missing'
  | 'column-type'
  | 'partition-unregistered'
  | 'partition-location'
  | 'partition-doubled'
  | 'partition-columns'
  | 'partition-unprojected'
  // an Iceberg table
  | 'table-recreated'
  | 'table-rolled-back'
  | 'table-position'
  | 'table-rows'
  | 'snapshot-late'
  | 'snapshot-unreadable'
  // the table of hours
  | 'hour-missing'
  | 'hour-unnoted'
  | 'hour-unreadable'
  // the topic
  | 'topic-recreated'
  | 'ledger-beyond-topic'
  | 'ledger-behind'
  | 'lost-to-retention';

export function rangeText({ from, to }: Pick<OffsetRange, 'from' | 'to'>): string {
  return `[${from}, ${to})`;
}

/** What ends a loss that Kafka has made and nobody has booked yet. Objects of the range are looked at first: with these the consumer does not start. */
export const recordsGap =
  'start the consumer, which records the gap, then raise retention.ms; where objects of it are in the table (`object-unlisted`), mend these first';

/** The command that writes the range again, or finishes what somebody began with it. */
export function replayOf({ partition, from, to }: OffsetRange): string {
  return `glueless replay --partition ${partition} --from-offset ${from} --to-offset ${to}`;
}

/** Gives the command that ends what somebody has begun to replace: one redrive ends all that were begun, and needs nothing of Kafka. */
export function endOf({ replacement: { why }, ...entry }: ReplacingEntry): string {
  return why === 'redrive' ? 'glueless redrive' : replayOf(entry);
}

/** A finding about a whole range of one Kafka partition. */
export function aboutRange(
  range: OffsetRange,
  { problem, what, action = replayOf(range) }: Pick<Finding, 'problem' | 'what'> & { readonly action?: string },
): Finding {
  return { problem, partition: range.partition, where: rangeText(range), what, action };
}
