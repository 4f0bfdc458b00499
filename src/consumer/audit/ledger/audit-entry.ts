import { hivePath, partitionKeys } from '../../../schema/partitions/layout.ts';
import {
  isWritten,
  type GapEntry,
  type LedgerEntry,
  type Outcome,
  type WrittenEntry,
  type WrittenObject,
} from '../../ledger/entry/ledger-entry.ts';
import { parseObjectName } from '../../ledger/keys/object-keys.ts';
import { deadLetterKeys, deadLetterTable } from '../../table/dead-letters/dead-letter-table.ts';
import { findCopies } from '../../table/objects/copied-objects.ts';
import type { TableFormat } from '../../ports/lake.ts';
import { aboutRange, endOf, type Finding, type Problem } from '../findings/finding.ts';

export interface EntryRules {
  readonly nowMs: number;
  /** A claim older than this has nobody who works on it. */
  readonly claimAgeMaxMs: number;
  readonly tableFormat: TableFormat;
}

/** What queries see of a range while the objects of its entry are being replaced. */
const seenMeanwhile: Readonly<Record<TableFormat, string>> = {
  hive: 'queries may see rows twice',
  iceberg: 'queries see each row once; the entry waits',
};

/** Checks what one entry says: its state, its sums, its objects' keys. */
export function auditEntry(entry: LedgerEntry, rules: EntryRules): Finding[] {
  const of = (problem: Problem, what: string, action?: string): Finding =>
    aboutRange(entry, { problem, what, ...(action !== undefined && { action }) });
  switch (entry.state) {
    case 'claimed':
      return isOld(entry.claimedAt, rules)
        ? [of('unfinished-claim', `was claimed at ${entry.claimedAt} and never written`)]
        : [];
    case 'replacing': {
      const { why, startedAt } = entry.replacement;
      const what = `is being replaced by a ${why} since ${startedAt}: if none runs any more, it was killed, and ${seenMeanwhile[rules.tableFormat]} until it has ended`;
      return [
        aboutRange(entry, { problem: 'unfinished-replacement', what, action: endOf(entry) }),
        ...auditWritten(entry),
      ];
    }
    case 'gap':
      return auditLoss(entry);
    case 'committed':
    case 'written':
      return auditWritten(entry);
  }
}

/** Finds a claim that something follows: nobody fulfils it any more, however young it is. */
export function auditPassed(entry: LedgerEntry | undefined, rules: EntryRules): Finding[] {
  if (entry?.state !== 'claimed' || isOld(entry.claimedAt, rules)) return [];
  return [
    aboutRange(entry, { problem: 'unfinished-claim', what: 'is claimed and not written, though the chain goes on' }),
  ];
}

function isOld(time: string, { nowMs, claimAgeMaxMs }: EntryRules): boolean {
  return nowMs - Date.parse(time) > claimAgeMaxMs;
}

function auditWritten(entry: WrittenEntry): Finding[] {
  return [...auditCounts(entry), ...auditKeys(entry), ...auditCopies(entry), ...auditLoss(entry)];
}

/** Finds a loss that nobody has acknowledged. */
export function auditLoss(entry: LedgerEntry): Finding[] {
  if (entry.state === 'gap') return entry.acknowledgedAt === undefined ? [gap(entry, entry, whatHasNoRows(entry))] : [];
  const lost = isWritten(entry) ? entry.outcome.lost : undefined;
  return lost === undefined || lost.acknowledgedAt !== undefined ? [] : [gap(entry, lost, whatIsLost(lost))];
}

function auditCounts(entry: WrittenEntry): Finding[] {
  const { records, rows, deadLetters, tombstones, objects } = entry.outcome;
  const wrong: string[] = [];
  const sum = rows + deadLetters + tombstones;
  if (records !== sum)
    wrong.push(
      `says ${records} records, but ${rows} rows, ${deadLetters} dead letters and ${tombstones} tombstones make ${sum}`,
    );
  if (entry.recipe.records === undefined && BigInt(records) > entry.to - entry.from)
    wrong.push(`says ${records} records, more than its ${entry.to - entry.from} offsets`);
  for (const [kind, count] of [
    ['rows', rows],
    ['dead-letters', deadLetters],
  ] as const) {
    const held = rowsIn(objects, kind);
    if (held !== count) wrong.push(`says ${count} ${kind}, its objects hold ${held}`);
  }
  return wrong.map((what) => aboutRange(entry, { problem: 'counts', what }));
}

function rowsIn(objects: readonly WrittenObject[], kind: WrittenObject['kind']): number {
  let rows = 0;
  for (const object of objects) if (object.kind === kind) rows += object.rows;
  return rows;
}

/** An entry lists objects of its own range, no newer than itself, in the folders of their Hive partitions, each once. */
function auditKeys(entry: WrittenEntry): Finding[] {
  const { objects } = entry.outcome;
  const isOnce = objects.length < 2 || new Set(objects.map(({ key }) => key)).size === objects.length;
  const wrong = objects.filter((object) => !isOwn(object, entry));
  return [
    ...wrong.map(({ key }) => aboutRange(entry, { problem: 'counts', what: `lists ${key}, which is none of its own` })),
    ...(isOnce ? [] : [aboutRange(entry, { problem: 'counts', what: 'lists an object twice' })]),
  ];
}

/** Rows that say where in Kafka they were make files of different bytes. */
function auditCopies({ recipe, outcome: { objects }, ...entry }: WrittenEntry): Finding[] {
  if (!recipe.kafkaColumns || objects.length < 2) return [];
  return findCopies(objects).map((group) => {
    const keys = group.map(({ key }) => key).join(' and ');
    const what = `lists ${keys}, which have the same bytes: one was copied over the other before the entry was written`;
    return aboutRange(entry, { problem: 'record-doubled', what });
  });
}

function isOwn({ key, kind, partition }: WrittenObject, entry: WrittenEntry): boolean {
  const name = parseObjectName(key);
  if (name?.topic !== entry.topic || name.partition !== entry.partition) return false;
  if (name.from !== entry.from || name.to !== entry.to || name.generation > entry.generation) return false;
  const folder = folderOf(entry, { kind, partition });
  return key.startsWith(folder) && key.lastIndexOf('/') === folder.length - 1;
}

/** `<table>/<Hive path>/`, where an object with these partition values lies. */
export function folderOf(
  { table, recipe }: Pick<WrittenEntry, 'table' | 'recipe'>,
  { kind, partition }: Pick<WrittenObject, 'kind' | 'partition'>,
): string {
  const isRows = kind === 'rows';
  const keys = isRows ? partitionKeys(recipe.placement.layout) : deadLetterKeys;
  const names = keys.map(({ name }) => name);
  const path = hivePath(names, partition);
  return `${isRows ? table : deadLetterTable(table)}/${path === '' ? '' : `${path}/`}`;
}

function whatHasNoRows({ from, to, why }: GapEntry): string {
  return why === undefined
    ? `Kafka dropped ${to - from} offsets before they were read`
    : `${to - from} offsets have no rows: ${why}`;
}

function whatIsLost({ from, to }: NonNullable<Outcome['lost']>): string {
  return `of ${to - from} offsets some or all are lost: neither Kafka nor the lake has them; rows of the others are there`;
}

function gap(entry: LedgerEntry, { from, to }: NonNullable<Outcome['lost']>, what: string): Finding {
  const action = 'glueless verify --acknowledge-gaps, when the loss is known and accepted';
  return aboutRange({ partition: entry.partition, from, to }, { problem: 'gap', what, action });
}

/** The time at which the entry got what it says; claims and gaps have that of their claim. */
export function changedAtMs(entry: LedgerEntry): number {
  return Date.parse(isWritten(entry) ? entry.outcome.committedAt : entry.claimedAt);
}
