import { mapConcurrently } from '../../runtime/concurrency.ts';
import { decodeLimitsOf } from '../batch/batch-policy.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { countsOf } from '../commit/write/outcomes.ts';
import { overtaken } from '../commit/write/overtaken-entry.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import type { Versioned } from '../ledger/chain/entry-store.ts';
import { isCommitted, type CommittedEntry, type WrittenEntry } from '../ledger/entry/ledger-entry.ts';
import { expectedOf } from '../table/objects/planned-keys.ts';
import { keptBesideMerged, type Kept } from './keep-merged.ts';
import { damagedText, without, writeBeside } from './keep-piece.ts';
import { lostOf, offsetsOfBatch, withLost } from './lost-offsets.ts';
import { checkTopic, readUnlessGone, type ReplayOptions, type ReplayResult } from './put-batch.ts';
import type { PassedEntry } from './replay-plan.ts';

const looksMax = 8;

/**
 * Ends what is missing of a batch that Kafka has passed: where objects of it are gone, also where others were merged, and loss is allowed, the
 * others stay, records that Kafka still holds and none of these has are written beside them, and what neither has is booked as lost. Done again it
 * leaves all as it is. Gives `undefined` where nothing is gone, and changes nothing then.
 */
export async function keepPassed(
  { current, heldFrom }: PassedEntry,
  options: ReplayOptions,
): Promise<ReplayResult | undefined> {
  const { tools, allowLoss = false } = options;
  const { entry } = current;
  const { objects, lost } = entry.outcome;
  if (!isCommitted(entry)) return undefined;
  const held = heldFrom < entry.to ? `Kafka holds it from ${heldFrom} only` : 'Kafka no longer holds it';
  const ended = {
    kind: 'left',
    why: `${held}; what is gone of it is booked as lost, and its objects stay`,
    isRefused: false,
  } as const;
  const unlessEnded = allowLoss && lost !== undefined ? ended : undefined;
  if (await tools.writer.objects.areThere(objects)) return unlessEnded;
  // rows of an Iceberg table may be in files of others by now, and their own rightly gone
  const isWhole = await isAsWritten(entry, tools);
  const merged = isWhole ? undefined : await keptBesideMerged(entry, tools);
  if (!isWhole && merged === undefined) return unlessEnded;
  if (!allowLoss)
    return left(
      `${held}, and objects of it are gone or damaged: restore them; --allow-loss of this range keeps the others, writes what Kafka holds and books the rest as lost`,
    );
  const kept = merged ?? (await keptOf(entry, tools));
  if ('why' in kept) return left(`${held}, and ${kept.why}`);
  await checkTopic(options);
  await exchange({ ...current, entry }, kept, heldFrom, options);
  return { kind: 'done', before: [entry] };
}

async function isAsWritten(entry: CommittedEntry, { publication }: CommitTools): Promise<boolean> {
  const { generation, outcome } = entry;
  if (publication === undefined) return true;
  return publication.isAsWritten(entry, { before: outcome.objects, generation, isUnfinished: false });
}

function left(why: string): ReplayResult {
  return { kind: 'left', why, isRefused: true };
}

/** Finds the objects of an entry that are there, or whose rows are in merged files; or says why these can't be told from what is gone. */
async function keptOf(
  { outcome, recipe, partition }: WrittenEntry,
  { writer, publication }: CommitTools,
): Promise<Kept | { readonly why: string }> {
  const looks = await mapConcurrently(outcome.objects, looksMax, async (object) => {
    const { key, kind, rows } = object;
    const look = await writer.objects.look({
      key,
      kind,
      partition: object.partition,
      expected: expectedOf(kind, recipe, rows),
    });
    return { object, isThere: look.kind === 'kept' && look.object.rows === rows, isGone: look.kind === 'absent' };
  });
  const damaged = looks.find(({ isThere, isGone }) => !isThere && !isGone);
  // readers see a damaged file of a Hive table as long as it lies there; an Iceberg table names it no more
  if (damaged !== undefined && publication === undefined) return { why: damagedText(damaged.object.key) };
  const objects = looks.flatMap(({ object, isThere }) => (isThere ? [object] : []));
  const offsets = new Set<bigint>();
  for (const { key } of objects) {
    const found = await writer.objects.offsetsOf(key, partition);
    if (found === undefined) return { why: `${key} does not tell the Kafka offset of each row: restore what is gone` };
    for (const offset of found) offsets.add(offset);
  }
  return { objects, offsets };
}

/** Lets the entry list what is left, and what Kafka holds of the rest. */
async function exchange(
  current: Versioned<CommittedEntry>,
  { objects, offsets }: Kept,
  heldFrom: bigint,
  options: ReplayOptions,
): Promise<void> {
  const { tools } = options;
  const { entry } = current;
  const { partition, from, to } = entry;
  const mustTell = tools.publication !== undefined;
  const batch =
    heldFrom < to || mustTell ? await readUnlessGone({ partition, from, to }, options, heldFrom) : undefined;
  const missing = batch && without(batch, offsets);
  if (missing === undefined || (missing.records === 0 && !mustTell)) {
    const outcome = { ...entry.outcome, ...countsOf(objects, 0), objects: [...objects] };
    const next = withLost({ ...entry, outcome }, lostOf(entry, offsets));
    const replaced = await stepRunner(tools)('ledger', () => tools.ledger.replace(current, next));
    if (replaced.kind === 'theirs') throw overtaken(entry);
    return;
  }
  const delivered = new Set([...offsets, ...offsetsOfBatch(missing)]);
  const kept = { entry, take: async () => current, objects };
  await writeBeside(missing, kept, lostOf(entry, delivered), { tools, limits: decodeLimitsOf(options.policy) });
}
