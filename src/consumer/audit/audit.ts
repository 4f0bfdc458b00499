import type { ObjectName } from '../ledger/object-keys.ts';
import type { LedgerEntry, WrittenEntry, WrittenObject } from '../ledger/ledger-entry.ts';
import type { Watermarks } from '../ports/topic.ts';

/** One thing that is wrong, where, and what to do. */
export interface Finding {
  readonly problem: Problem;
  /** Kafka partition, if it concerns one. */
  readonly partition?: number;
  /** Object or ledger key, Hive partition. */
  readonly where: string;
  readonly what: string;
  readonly action: string;
}

export type Problem =
  | 'hole-in-chain'
  | 'overlap-in-chain'
  | 'unfinished-claim'
  | 'unfinished-replacement'
  | 'gap'
  | 'object-missing'
  | 'object-size'
  | 'object-rows'
  | 'object-foreign'
  | 'object-obsolete'
  | 'counts'
  | 'record-missing'
  | 'record-doubled'
  | 'partition-unregistered'
  | 'ledger-beyond-topic'
  | 'lost-to-retention';

/** Checks that entries of one Kafka partition, ordered by offset, follow each other without hole or overlap. */
export function auditChain(entries: readonly LedgerEntry[]): Finding[] {
  const findings: Finding[] = [];
  let expected: bigint | undefined;
  for (const entry of entries) {
    const from = entry.from;
    if (expected !== undefined && from > expected) findings.push(hole(entry, expected));
    if (expected !== undefined && from < expected) findings.push(overlap(entry, expected));
    findings.push(...auditState(entry, entry === entries.at(-1)));
    const to = entry.to;
    expected = expected === undefined || to > expected ? to : expected;
  }
  return findings;
}

function auditState(entry: LedgerEntry, isLast: boolean): Finding[] {
  switch (entry.state) {
    case 'claimed':
      // the last claim of a running consumer is work under way
      return isLast
        ? []
        : [
            about(
              entry,
              'unfinished-claim',
              'is claimed and was never written, though the chain goes on',
              `glueless replay --partition ${entry.partition} --from-offset ${entry.from} --to-offset ${entry.to}`,
            ),
          ];
    case 'replacing':
      return [
        about(
          entry,
          'unfinished-replacement',
          `is being replaced since ${entry.replacement.startedAt}`,
          'run the same replay or redrive again if it is not running any more',
        ),
      ];
    case 'gap':
      return entry.acknowledgedAt === undefined ? [gapFinding(entry, entry)] : [];
    case 'committed':
      return [...auditCounts(entry), ...auditLoss(entry)];
  }
}

function auditCounts(entry: WrittenEntry): Finding[] {
  const { records, rows, deadLetters, tombstones, objects } = entry.outcome;
  const sum = rows + deadLetters + tombstones;
  const findings: Finding[] = [];
  if (records !== sum) {
    findings.push(
      about(
        entry,
        'counts',
        `says ${records} records, but ${rows} rows, ${deadLetters} dead letters and ${tombstones} tombstones make ${sum}`,
        replayOf(entry),
      ),
    );
  }
  for (const [kind, count] of [
    ['rows', rows],
    ['dead-letters', deadLetters],
  ] as const) {
    const inObjects = objects
      .filter((object) => object.kind === kind)
      .reduce((total, object) => total + object.rows, 0);
    if (inObjects !== count)
      findings.push(about(entry, 'counts', `says ${count} ${kind}, its objects hold ${inObjects}`, replayOf(entry)));
  }
  return findings;
}

function auditLoss(entry: WrittenEntry): Finding[] {
  const { lost } = entry.outcome;
  return lost === undefined || lost.acknowledgedAt !== undefined ? [] : [gapFinding(entry, lost)];
}

/** Checks the object an entry names against what the lake's listing holds. */
export function auditObject(
  entry: WrittenEntry,
  object: WrittenObject,
  listed: ReadonlyMap<string, number>,
): Finding[] {
  const size = listed.get(object.key);
  const finding = (problem: Problem, what: string): Finding => ({
    problem,
    partition: entry.partition,
    where: object.key,
    what,
    action: replayOf(entry),
  });
  if (size === undefined)
    return [finding('object-missing', `is named by the ledger (${object.rows} rows) and not there`)];
  if (size !== object.bytes) return [finding('object-size', `has ${size} bytes, the ledger says ${object.bytes}`)];
  return [];
}

export function auditRows(entry: WrittenEntry, object: WrittenObject, rows: number): Finding[] {
  if (rows === object.rows) return [];
  return [
    {
      problem: 'object-rows',
      partition: entry.partition,
      where: object.key,
      what: `has ${rows} rows, the ledger says ${object.rows}`,
      action: replayOf(entry),
    },
  ];
}

/** An object in the table's location that no entry names: readers see it all the same. */
export function auditForeign(key: string, name: ObjectName | undefined, isObsolete: boolean): Finding {
  if (name === undefined || !isObsolete) {
    const what =
      name === undefined
        ? 'lies in the table and is not of our making'
        : 'lies in the table and no ledger entry lists it';
    return { problem: 'object-foreign', where: key, what, action: 'look at it, then move it out of the table' };
  }
  return {
    problem: 'object-obsolete',
    partition: name.partition,
    where: key,
    what: `is of generation ${name.generation} of [${name.from}, ${name.to}), which a later one has replaced: its rows are there twice`,
    action: 'glueless verify --repair deletes it',
  };
}

/** Checks the chain's ends against what the broker holds. */
export function auditWatermarks(
  partition: number,
  entries: readonly LedgerEntry[],
  { low, high }: Watermarks,
): Finding[] {
  const last = entries.at(-1);
  if (last === undefined) return [];
  const end = last.to;
  const where = `${last.topic}/${partition}`;
  if (end > high) {
    return [
      {
        problem: 'ledger-beyond-topic',
        partition,
        where,
        what: `ends at ${high}, the ledger reaches ${end}`,
        action: 'the topic was made again: give it a table of its own (LAKE_TABLE)',
      },
    ];
  }
  if (low > end) {
    return [
      {
        problem: 'lost-to-retention',
        partition,
        where,
        what: `begins at ${low} by now, the ledger ends at ${end}: ${low - end} offsets are lost`,
        action: 'start the consumer: it records the gap; then raise retention.ms',
      },
    ];
  }
  return [];
}

/** Checks that every record of an entry is there once; `offsets` are those found in its objects. */
export function auditCoordinates(entry: WrittenEntry, offsets: readonly bigint[]): Finding[] {
  const from = entry.from;
  const to = entry.to;
  const seen = new Set(offsets);
  const findings: Finding[] = [];
  const finding = (problem: Problem, what: string): Finding => ({
    problem,
    partition: entry.partition,
    where: `[${entry.from}, ${entry.to})`,
    what,
    action: replayOf(entry),
  });
  if (seen.size !== offsets.length)
    findings.push(finding('record-doubled', `${offsets.length - seen.size} records are there more than once`));
  const strangers = offsets.filter((offset) => offset < from || offset >= to).length;
  if (strangers > 0) findings.push(finding('record-doubled', `${strangers} records belong to another range`));
  const expected = entry.outcome.rows + entry.outcome.deadLetters;
  if (seen.size < expected) findings.push(finding('record-missing', `${expected - seen.size} records are missing`));
  return findings;
}

function hole(entry: LedgerEntry, expected: bigint): Finding {
  return {
    problem: 'hole-in-chain',
    partition: entry.partition,
    where: `[${expected}, ${entry.from})`,
    what: `no ledger entry covers ${entry.from - expected} offsets`,
    action: `glueless replay --partition ${entry.partition} --from-offset ${expected} --to-offset ${entry.from}`,
  };
}

function overlap(entry: LedgerEntry, expected: bigint): Finding {
  return {
    problem: 'overlap-in-chain',
    partition: entry.partition,
    where: `[${entry.from}, ${expected})`,
    what: 'two ledger entries cover the same offsets',
    action: 'somebody wrote to the ledger by hand; keep the entry whose objects are there and delete the other',
  };
}

function gapFinding(entry: LedgerEntry, range: { readonly from: bigint; readonly to: bigint }): Finding {
  return {
    problem: 'gap',
    partition: entry.partition,
    where: `[${range.from}, ${range.to})`,
    what: `Kafka dropped ${range.to - range.from} offsets before they were read`,
    action: 'glueless verify --acknowledge-gaps, when the loss is known and accepted',
  };
}

function about(entry: LedgerEntry, problem: Problem, what: string, action: string): Finding {
  return { problem, partition: entry.partition, where: `[${entry.from}, ${entry.to})`, what, action };
}

function replayOf(entry: LedgerEntry): string {
  return `glueless replay --partition ${entry.partition} --from-offset ${entry.from} --to-offset ${entry.to}`;
}
