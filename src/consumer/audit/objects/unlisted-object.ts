import { hasCode } from '../../../runtime/errors.ts';
import { rememberSuccess } from '../../../runtime/memo.ts';
import { isClosed } from '../../ledger/entry/closing.ts';
import {
  isDeletable,
  isObsolete,
  isCommitted,
  isWritten,
  listsObject,
  type LedgerEntry,
  type WrittenEntry,
  type WrittenObject,
} from '../../ledger/entry/ledger-entry.ts';
import { isInPartition, parseObjectName, type ObjectName } from '../../ledger/keys/object-keys.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { sourceOf, type ParquetReader } from '../../ports/parquet.ts';
import { numbersRows } from '../../table/catalog/column-owner.ts';
import { tablesOf } from '../../table/dead-letters/topic-tables.ts';
import { areObjectsThere } from '../../table/objects/object-writer.ts';
import { findMergedSources } from '../../table/objects/range-objects.ts';
import type { Coordinates } from './record-audit.ts';
import { CoveredRows } from './covered-rows.ts';
import { coordinatesOf } from './entry-inspector.ts';
import { rangeText, replayOf, type Finding } from '../findings/finding.ts';
import { MergedObjects } from './merged-objects.ts';
import { describeUndescribed, type UndescribedOptions } from './undescribed-object.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';

export interface UnlistedOptions extends Omit<UndescribedOptions, 'isMerged'> {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
}

/** What may be done about an object that no entry lists. */
export type Verdict =
  /** Some entry lists it by now, or a running process has put it and will say so. */
  | { readonly kind: 'fine' }
  /** Nobody can ever list it: it may be deleted at any time. */
  | { readonly kind: 'obsolete'; readonly name: ObjectName }
  /** Each of its rows is in objects that its entry lists: it may be deleted once the entry's generation is above its own. */
  | { readonly kind: 'doubled'; readonly entry: WrittenEntry; readonly name: ObjectName }
  /** The same, in objects of entries with other ranges, so that nobody can list it: it may be deleted. */
  | { readonly kind: 'covered'; readonly name: ObjectName }
  /** No rule says what to do with it. */
  | { readonly kind: 'unknown'; readonly what: string; readonly action: string };

type JudgeOptions = UnlistedOptions & UndescribedOptions;

/**
 * Gives what judges objects in the table's folder that no entry lists, one at a time: it reads the entry of the object's range, and the rows where they
 * decide. The notes of merged files are read once for all objects of a range.
 */
export function createJudge(options: UnlistedOptions): (key: string) => Promise<Verdict> {
  const isMerged = rememberSuccess(
    async (range: Parameters<UndescribedOptions['isMerged']>[0]) =>
      (await findMergedSources(range, options.store)).length > 0,
    ({ topic, partition, from, to }) => `${topic}/${partition}/${from}-${to}`,
  );
  return (key) => judge(key, { ...options, isMerged });
}

async function judge(key: string, options: JudgeOptions): Promise<Verdict> {
  const name = parseObjectName(key);
  const isOurs = tablesOf(options.table).some((table) => isInPartition(key, table.name));
  if (name === undefined || !isOurs)
    return unknown('is not of our making', 'look at it, then move it out of the table');
  const read = await readEntry(name, options);
  return 'kind' in read ? read : judgeByRange(key, name, read.entry, options);
}

/** An object of our making whose range has that entry, if any. */
async function judgeByRange(
  key: string,
  name: ObjectName,
  entry: LedgerEntry | undefined,
  options: JudgeOptions,
): Promise<Verdict> {
  if (entry?.state === 'gap' && isObsolete(entry, key)) return { kind: 'obsolete', name };
  const isOfEntry = entry !== undefined && (entry.to === name.to || isObsolete(entry, key));
  if (!isOfEntry || entry.state === 'gap') return judgeByRows(key, name, options);
  if (listsObject(entry, key) || isUnderWay(entry, name.generation)) return { kind: 'fine' };
  if (!isWritten(entry)) return unknown('is of a generation that its claim has not reached', replayOf(entry));
  return judgeByEntry(key, name, entry, options);
}

/** An object of the range of an entry that was written and does not list it. */
async function judgeByEntry(
  key: string,
  name: ObjectName,
  entry: WrittenEntry,
  options: JudgeOptions,
): Promise<Verdict> {
  if (isDeletable(entry, { key, generation: name.generation })) {
    if (await areObjectsThere(entry.outcome.objects, options)) return { kind: 'obsolete', name };
    return unknown(
      'is of a generation that a later one has replaced, whose objects are not all there: it may hold the only rows',
      `restore what is missing; or, only while Kafka still holds the whole range, copy this one out of the table and ${replayOf(entry)}: rows that Kafka no longer has would be in no table then`,
    );
  }
  if (entry.state === 'replacing')
    return unknown('is of a range that is being replaced', 'end the replay or redrive first, then run verify again');
  if (await areRowsIn(key, entry.outcome.objects, options)) return { kind: 'doubled', entry, name };
  return unknown(
    'has rows that no object of its entry has, or that can’t be told apart',
    `keep it: copy it out of the table first, then ${replayOf(entry)}`,
  );
}

/** An object whose range no entry has: what the entries of its offsets list decides, once nothing of them can change. */
async function judgeByRows(key: string, name: ObjectName, options: JudgeOptions): Promise<Verdict> {
  const path = { table: options.table, topic: name.topic, partition: name.partition };
  const found = await unlessUnreadable(
    () => Array.fromAsync(options.ledger.entries(path, name), ({ entry }) => entry),
    () => [],
  );
  const objects = found.flatMap((entry) => (isWritten(entry) ? entry.outcome.objects : []));
  const areFinal = found.every((entry) => isCommitted(entry) || entry.state === 'gap');
  if (areFinal && objects.length > 0 && (await areRowsIn(key, objects, options))) return { kind: 'covered', name };
  const { what, action } = await describeUndescribed(name, found, options);
  return unknown(what, action);
}

function unknown(what: string, action: string): Verdict {
  return { kind: 'unknown', what: `lies in the table, no ledger entry lists it, and it ${what}`, action };
}

/** Reads the entry of the object's range; a verdict where it can't be read. */
async function readEntry(
  name: ObjectName,
  { ledger, table }: UnlistedOptions,
): Promise<Verdict | { readonly entry: LedgerEntry | undefined }> {
  const path = { table, topic: name.topic, partition: name.partition };
  return unlessUnreadable(
    async () => ({ entry: (await ledger.get(path, name.from))?.entry }),
    (error) =>
      isClosed(error)
        ? unknown(
            'is of a batch that was not finished when an Iceberg table adopted this one',
            'move it out of the table once the Iceberg table has its offsets: it reads these records from Kafka',
          )
        : unknown('is of a range whose ledger entry can’t be read', 'mend the entry first'),
  );
}

/** A running process has put the object and not yet written its entry, or an earlier try of it that the entry still has to pass. */
function isUnderWay(entry: LedgerEntry, generation: number): boolean {
  if (entry.state === 'claimed') return generation <= entry.generation;
  return entry.state === 'replacing' && generation > entry.generation && generation <= entry.replacement.generation;
}

/** True when each row of the object, by its coordinates, is in one of the listed objects, or where these were merged. Reads them until all are found. */
async function areRowsIn(
  key: string,
  objects: readonly WrittenObject[],
  { store, table, parquet }: UnlistedOptions,
): Promise<boolean> {
  const merged = new MergedObjects({ store, table });
  const rows = new CoveredRows();
  const read = async (each: string, take: (coordinates: Coordinates) => void): Promise<boolean> => {
    const stored = await store.get(each);
    if (stored === undefined) return false;
    const source = sourceOf(stored.bytes);
    const columns = await parquet.columns(source);
    for await (const coordinates of coordinatesOf(source, parquet, numbersRows(columns))) take(coordinates);
    return true;
  };
  const cover = (coordinates: Coordinates): void => rows.cover(coordinates);
  try {
    if (!(await read(key, (coordinates) => rows.add(coordinates)))) return false;
    for (const object of objects) {
      if (rows.areAll) return true;
      if (await read(object.key, cover)) continue;
      const holder = await merged.find(object);
      if (holder !== undefined) await read(holder.key, cover);
    }
    return rows.areAll;
  } catch (error) {
    if (hasCode(error, 'OBJECT_UNREADABLE')) return false;
    throw error;
  }
}

/** True when the object may be deleted, after a look at its entry right before. */
export function isRepairable({ kind }: Verdict): boolean {
  return kind === 'obsolete' || kind === 'doubled' || kind === 'covered';
}

/** The finding that a verdict makes; none for what is fine. */
export function findingOf(key: string, verdict: Verdict): Finding[] {
  if (verdict.kind === 'fine') return [];
  if (verdict.kind === 'unknown')
    return [{ problem: 'object-unlisted', where: key, what: verdict.what, action: verdict.action }];
  const { partition, generation } = verdict.name;
  const about = { partition, where: key, action: 'glueless verify --repair deletes it' };
  const range = rangeText(verdict.name);
  if (verdict.kind === 'obsolete')
    return [
      {
        ...about,
        problem: 'object-obsolete',
        what: `is of generation ${generation} of ${range}, which a later one has replaced: its rows count twice`,
      },
    ];
  return [
    {
      ...about,
      problem: 'object-doubled',
      what: `is listed by no entry; each of its rows of ${range} is in a listed object too: they count twice`,
    },
  ];
}
