import { mapConcurrently, readsAtOnce } from '../../runtime/concurrency.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { overtaken } from '../commit/write/overtaken-entry.ts';
import { countsOf } from '../commit/write/outcomes.ts';
import type { Versioned } from '../ledger/chain/entry-store.ts';
import {
  isWritten,
  ledgerFormat,
  type ReplacingEntry,
  type WrittenEntry,
  type WrittenObject,
} from '../ledger/entry/ledger-entry.ts';
import type { OffsetRange } from '../ports/topic.ts';
import type { RangeObject } from '../table/objects/range-objects.ts';

/** A part of a hole in the ledger. */
export interface HolePiece {
  readonly range: OffsetRange;
  /** What the lake has of it, which no entry lists; empty for a part of which there is nothing. */
  readonly objects: readonly RangeObject[];
}

/** The reason of an entry that was made for objects whose own is gone: tombstones of its range are not counted. */
const reasonOfHole = 'hole';

/** Takes a hole apart by the objects that lie in it; or says why it can't be filled. */
export async function splitHole(
  hole: OffsetRange,
  { table, topic, writer }: Pick<CommitTools, 'table' | 'topic' | 'writer'>,
): Promise<HolePiece[] | { readonly why: string }> {
  const objects = await writer.objects.findMeeting({ ...hole, table, topic });
  const outside = objects.find(({ name }) => name.from < hole.from || name.to > hole.to);
  if (outside !== undefined)
    return { why: `${outside.key}, which no ledger entry lists, holds records of it and of others: restore its entry` };
  const pieces: HolePiece[] = [];
  let next = hole.from;
  for (const piece of groupByRange(objects)) {
    if (next < piece.from) pieces.push({ range: { ...hole, from: next, to: piece.from }, objects: [] });
    pieces.push({ range: { ...hole, from: piece.from, to: piece.to }, objects: piece.objects });
    next = piece.to;
  }
  return next < hole.to ? [...pieces, { range: { ...hole, from: next }, objects: [] }] : pieces;
}

/** Objects whose ranges overlap belong together. */
function groupByRange(objects: readonly RangeObject[]) {
  const groups: { from: bigint; to: bigint; objects: RangeObject[] }[] = [];
  for (const object of objects.toSorted((a, b) => (a.name.from < b.name.from ? -1 : 1))) {
    const { from, to } = object.name;
    const last = groups.at(-1);
    if (last === undefined || from >= last.to) groups.push({ from, to, objects: [object] });
    else {
      last.objects.push(object);
      if (to > last.to) last.to = to;
    }
  }
  return groups;
}

/** An entry that is to be replaced, and how it gets into the ledger, once it is known that it will be. */
export interface FoundEntry {
  readonly entry: WrittenEntry;
  /** It is the revision of the entry that is gone. */
  readonly revision?: true;
  readonly take: () => Promise<Versioned<WrittenEntry>>;
}

/**
 * Gives an entry for what the lake has of the piece: as one whose replacement has begun, so that nobody takes it for whole. Where a revision of the
 * entry that is gone has stayed, that one. `take` rejects with LEDGER_CONTENDED when somebody else has made an entry there.
 */
export async function entryOf(
  { range, objects }: HolePiece,
  tools: CommitTools,
  topicId: string | undefined,
): Promise<FoundEntry> {
  const { ledger, table, topic } = tools;
  const revision = await ledger.get({ table, topic, partition: range.partition }, range.from);
  if (revision !== undefined && isWritten(revision.entry) && revision.entry.to === range.to) {
    const { entry } = revision;
    return { entry, revision: true, take: async () => (await createEntry(entry, tools), { ...revision, entry }) };
  }
  const entry = await describe({ range, objects }, tools, topicId);
  return { entry, take: () => createEntry(entry, tools) };
}

/** Puts an entry where none is. Rejects with LEDGER_CONTENDED when somebody else has. */
export async function createEntry<Entry extends WrittenEntry>(
  entry: Entry,
  { ledger }: CommitTools,
): Promise<Versioned<Entry>> {
  const created = await ledger.claim(entry);
  if (created.kind === 'theirs') throw overtaken(entry);
  return created.claim;
}

async function describe(
  { range, objects }: HolePiece,
  { writer, table, topic, clock, recipe: given, newWriterId }: CommitTools,
  topicId: string | undefined,
): Promise<ReplacingEntry> {
  const found = await mapConcurrently(objects, readsAtOnce, async (object) =>
    listed(object, await writer.objects.look(object)),
  );
  const kept = found.flatMap((object) => object ?? []);
  const damaged = objects.map(({ key }) => key).filter((key) => !kept.some((object) => object.key === key));
  const generation = objects.reduce((highest, { name }) => Math.max(highest, name.generation), 1);
  const now = new Date(clock.nowMs()).toISOString();
  const [recipe, id] = [writer.fit(given), newWriterId()];
  return {
    format: ledgerFormat,
    state: 'replacing',
    table,
    topic,
    ...(topicId !== undefined && { topicId }),
    ...range,
    generation,
    writer: id,
    claimedAt: now,
    reason: reasonOfHole,
    recipe,
    plan: [],
    outcome: { committedAt: now, ...countsOf(kept, 0), objects: kept, catalogVersion: '' },
    ...(damaged.length > 0 && { obsolete: damaged }),
    replacement: { generation: generation + 1, writer: id, startedAt: now, recipe, plan: [], why: 'replay' },
  };
}

/** The object as an entry lists it; `undefined` for a damaged one. */
function listed(
  { key, kind, partition, mergedRows }: RangeObject,
  look: Awaited<ReturnType<CommitTools['writer']['objects']['look']>>,
): WrittenObject | undefined {
  if ('object' in look) return look.object;
  return mergedRows === undefined ? undefined : { key, kind, partition, rows: mergedRows, bytes: 0 };
}

/** False for an entry that was made for what lay in a hole: nobody knows of its tombstones. */
export function countsTombstones({ reason, outcome: { tombstones } }: WrittenEntry): boolean {
  return reason !== reasonOfHole || tombstones > 0;
}
