import { smaller } from '../../../runtime/bigints.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LedgerEntry } from '../../ledger/ledger-entry.ts';
import type { LedgerPath } from '../../ledger/ledger-keys.ts';
import type { ObjectName } from '../../ledger/object-keys.ts';
import { rangeText, replayOf } from '../finding.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';

export interface UndescribedOptions {
  readonly ledger: Ledger;
  readonly table: string;
  /** The first offset of the Kafka partition that Kafka still holds; `undefined` where that is not known. */
  readonly lowOf?: (name: Pick<ObjectName, 'topic' | 'partition'>) => bigint | undefined;
}

/** What an object is whose range no entry has, and what to do about it. */
export interface Undescribed {
  readonly what: string;
  readonly action: string;
}

/** Where in its Kafka partition's chain such an object lies. */
type Place =
  /** At the ledger's end or behind it. */
  | { readonly kind: 'behind'; readonly end: bigint }
  | { readonly kind: 'hole'; readonly from: bigint; readonly to: bigint }
  /** Before the first entry, where the ledger is to begin before it. */
  | { readonly kind: 'head'; readonly from: bigint; readonly to: bigint }
  /** The ledger never reached so far back. */
  | { readonly kind: 'before'; readonly first: bigint }
  /** Entries have a part of its offsets, or can't be read. */
  | { readonly kind: 'met' };

const restore = 'restore its ledger entry';

/** Describes an object of the range `name`, of which no entry is; `met`: the entries that have a part of its offsets. */
export async function describeUndescribed(
  name: ObjectName,
  met: readonly LedgerEntry[],
  options: UndescribedOptions,
): Promise<Undescribed> {
  const isMet = met.length > 0;
  const place = isMet ? ({ kind: 'met' } as const) : await findPlace(name, options);
  return { what: whatOf(name, place), action: actionOf(name, place, options.lowOf?.(name)) };
}

async function findPlace(name: ObjectName, { ledger, table }: UndescribedOptions): Promise<Place> {
  const path = { table, topic: name.topic, partition: name.partition };
  return unlessUnreadable(
    async () => {
      const { before, behind } = await ledger.neighbours(path, name);
      if (behind === undefined) return { kind: 'behind', end: (await ledger.last(path, undefined))?.entry.to ?? 0n };
      if (before !== undefined) return { kind: 'hole', from: await endBefore(path, before, name, ledger), to: behind };
      const start = (await ledger.start(path))?.from;
      return start !== undefined && name.to <= start
        ? { kind: 'before', first: behind }
        : { kind: 'head', from: start ?? smaller(name.from, behind), to: behind };
    },
    () => ({ kind: 'met' }),
  );
}

/** Where the last entry ends that begins before the range; `before`: where it, or the segment that has it, begins. */
async function endBefore(path: LedgerPath, before: bigint, { from }: ObjectName, ledger: Ledger): Promise<bigint> {
  let end = before;
  for await (const { entry } of ledger.entries(path, { from: before, to: from })) end = entry.to;
  return end;
}

function whatOf(name: ObjectName, place: Place): string {
  const what = `is of ${rangeText(name)}, which no ledger entry describes`;
  switch (place.kind) {
    case 'behind':
      return `${what}: it lies behind the ledger’s end, which is ${place.end}`;
    case 'hole':
      return `${what}: it lies in the ledger’s hole ${rangeText(place)}`;
    case 'head':
      return `${what}: it lies before the ledger’s first entry, which begins at ${place.to}`;
    case 'before':
      return `${what}: it lies before the ledger’s first entry, which begins at ${place.first}`;
    case 'met':
      return what;
  }
}

function actionOf(name: ObjectName, place: Place, low: bigint | undefined): string {
  switch (place.kind) {
    case 'behind':
      return behindAction(place.end, low);
    case 'hole':
    case 'head':
      return `leave it there, and ${restore}; or ${replayOf({ ...name, from: place.from, to: place.to })}, which writes it anew, or enters it as it is where Kafka can’t deliver all of it`;
    case 'before':
    case 'met':
      return `keep it if its records are in no other object, and ${restore}; otherwise move it out of the table`;
  }
}

/** The table's only copy of rows must not go: Kafka gives them again only where it holds all that comes behind the ledger's end. */
function behindAction(end: bigint, low: bigint | undefined): string {
  const movable = `move it out of the table, never delete it, by docs/operations.md (“The lake was restored from a copy”)`;
  if (low === undefined)
    return `${restore}; or, only if Kafka still holds everything from offset ${end} on, ${movable}: its records are written again`;
  if (low <= end)
    return `${restore}; or, as Kafka still holds everything from offset ${end} on, ${movable}: its records are written again`;
  return `keep it, and ${restore}: Kafka holds offsets from ${low} on only, and going on needs those from ${end} on`;
}
