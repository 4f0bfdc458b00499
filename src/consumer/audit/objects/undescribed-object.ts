import { smaller } from '../../../runtime/bigints.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import type { LedgerPath } from '../../ledger/keys/ledger-keys.ts';
import type { ObjectName } from '../../ledger/keys/object-keys.ts';
import type { OffsetRange } from '../../ports/topic.ts';
import { rangeText, replayOf } from '../findings/finding.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';

export interface UndescribedOptions {
  readonly ledger: Ledger;
  readonly table: string;
  /** The topic that is audited: others that share the table have audits of their own. */
  readonly topic: string;
  /** The first offset of the Kafka partition that Kafka still holds; `undefined` where that is not known. */
  readonly lowOf?: (name: Pick<ObjectName, 'topic' | 'partition'>) => bigint | undefined;
  /** Tells whether merged files have rows of the range. */
  readonly isMerged: (range: LedgerPath & Pick<OffsetRange, 'from' | 'to'>) => Promise<boolean>;
}

/** What an object is whose range no entry has, and what to do about it. */
export interface Undescribed {
  readonly what: string;
  readonly action: string;
}

/** Where in its Kafka partition's chain such an object lies. */
type Place =
  /** At the ledger's end or behind it; `isMerged`: merged files have rows of these offsets, too. */
  | { readonly kind: 'behind'; readonly end: bigint; readonly isMerged: boolean }
  | { readonly kind: 'hole'; readonly from: bigint; readonly to: bigint }
  /** Before the first entry, where the ledger is to begin before it. */
  | { readonly kind: 'head'; readonly from: bigint; readonly to: bigint }
  /** The ledger never reached so far back. */
  | { readonly kind: 'before'; readonly first: bigint }
  /** Entries have a part of its offsets, or can't be read. */
  | { readonly kind: 'met' };

const restore = 'restore its ledger entry';
const offsetMax = 2n ** 63n - 1n;

/** Describes an object of the range `name`, of which no entry is; `met`: the entries that have a part of its offsets. */
export async function describeUndescribed(
  name: ObjectName,
  met: readonly LedgerEntry[],
  options: UndescribedOptions,
): Promise<Undescribed> {
  const isMet = met.length > 0;
  const place = isMet ? ({ kind: 'met' } as const) : await findPlace(name, options);
  const what = whatOf(name, place);
  if (name.topic !== options.topic)
    return { what, action: `leave it there: \`glueless verify\` of the topic ${name.topic} says what to do` };
  return { what, action: actionOf(name, place, options.lowOf?.(name)) };
}

async function findPlace(name: ObjectName, { ledger, table, isMerged }: UndescribedOptions): Promise<Place> {
  const path = { table, topic: name.topic, partition: name.partition };
  return unlessUnreadable(
    async () => {
      const { before, behind } = await ledger.neighbours(path, name);
      if (behind === undefined) {
        const end = (await ledger.last(path, undefined))?.entry.to ?? 0n;
        return { kind: 'behind', end, isMerged: await isMerged({ ...path, from: end, to: offsetMax }) };
      }
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
      return behindAction(place, low);
    case 'hole':
    case 'head':
      return `leave it there, and ${restore}; or ${replayOf({ ...name, from: place.from, to: place.to })}, which writes it anew, or enters it as it is where Kafka can’t deliver all of it`;
    case 'before':
    case 'met':
      return `keep it if its records are in no other object, and ${restore}; otherwise move it out of the table`;
  }
}

/** The table's only copy of rows must not go: Kafka gives them again only where it holds every record behind the ledger's end. */
function behindAction({ end, isMerged }: Extract<Place, { kind: 'behind' }>, low: bigint | undefined): string {
  const movable = `move it out of the table, never delete it, by docs/runbook.md (“The lake was restored from a copy”): its records are written again`;
  if (isMerged)
    return `keep it, and ${restore}: merged files have rows from offset ${end} on, too, and can’t be moved out by themselves`;
  if (low === undefined)
    return `${restore}; or, only if Kafka still holds every record from offset ${end} on, which a compacted topic does not, ${movable}`;
  if (low <= end)
    return `${restore}; or, as Kafka holds offsets from ${low} on, and only if the topic is not compacted, ${movable}`;
  return `keep it, and ${restore}: Kafka holds offsets from ${low} on only, and going on needs those from ${end} on`;
}
