import type { ClaimResult, Versioned } from '../../ledger/chain/entry-store.ts';
import {
  stateOfFormat,
  type ClaimedEntry,
  type CommittedEntry,
  type WrittenObject,
} from '../../ledger/entry/ledger-entry.ts';
import { lookAtPlanned } from '../../table/objects/look-at-planned.ts';
import { keyOf } from '../../table/objects/planned-keys.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { findHeld, haveSameRows } from '../tools/held-rows.ts';
import type { HeldRows } from '../tools/publication.ts';
import type { StepRunner } from '../tools/step-runner.ts';
import { takeFound } from './found-objects.ts';

/** Most offsets that a message names. */
const namedMax = 10;

/**
 * Commits a claim whose records Iceberg tables have taken in before its entry was lost, where the rows are in files that merges or other engines have made
 * and objects of its own are gone: if the current snapshots have, in each Hive partition, as many rows of it as were planned, each offset once. Dead
 * letters must be in objects of their own, which a redrive reads. Otherwise changes nothing and says why not; gives `undefined` where no
 * table has taken in the range.
 */
export async function finishFromTables(
  claim: Versioned<ClaimedEntry>,
  tools: CommitTools,
  step: StepRunner,
): Promise<ClaimResult<CommittedEntry> | Unlike | undefined> {
  const { entry } = claim;
  const { plan, recipe, lastRecord } = entry;
  const kinds = new Set(plan.map(({ kind }) => kind));
  const held =
    kinds.size === 0 ? undefined : await step('snapshot', () => findHeld(entry, { kinds, readsOwn: true }, tools));
  if (held === undefined) return undefined;
  if ('why' in held) return unlike(held.why);
  if (recipe.records !== undefined) return unlike('an offset can have several rows, which can’t be told apart');
  const why = differenceOf(entry, held);
  if (why !== undefined) return unlike(why);
  const own = new Set(held.flatMap(({ isOwn, key }) => (isOwn ? [key] : [])));
  const looks = await lookAtPlanned(entry, tools.writer.objects, (look) => step('put', look));
  const objects: WrittenObject[] = [];
  for (const [index, { kind, partition, rows }] of plan.entries()) {
    const look = looks[index];
    const key = keyOf(entry, { kind, partition, rows }, recipe);
    if (look?.kind === 'kept' && look.object.rows === rows) objects.push(look.object);
    else if (own.has(key) || kind === 'dead-letters') return unlike(`${key} is gone or damaged`);
    else objects.push({ key, kind, partition, rows, bytes: 0 });
  }
  const outcome = await takeFound(objects, { tombstones: 0, lastRecord }, tools, step);
  const committed: CommittedEntry = { ...entry, state: stateOfFormat[tools.tableFormat], outcome };
  return step('ledger', () => tools.ledger.replace(claim, committed));
}

type Unlike = { readonly kind: 'unlike'; readonly why: string };

function unlike(why: string): Unlike {
  return { kind: 'unlike', why };
}

/** Says in what the rows differ from the claim's plan. */
function differenceOf(entry: ClaimedEntry, held: readonly HeldRows[]): string | undefined {
  const keys = new Set(entry.plan.map((each) => keyOf(entry, each, entry.recipe)));
  const foreign = held.find(({ isOwn, key }) => isOwn && !keys.has(key));
  if (foreign !== undefined) return `${foreign.key} was written by a later replay or redrive of it`;
  const offsets = held.flatMap((file) => file.offsets);
  const seen = new Set<bigint>();
  const doubled = new Set(offsets.filter((offset) => seen.size === seen.add(offset).size));
  if (doubled.size > 0) return `tables have these offsets of it more than once: ${textOf([...doubled])}`;
  if (haveSameRows(entry.plan, held)) return undefined;
  const rows = entry.plan.reduce((sum, each) => sum + each.rows, 0);
  return `tables have ${seen.size} of its ${rows} rows and dead letters in the Hive partitions that it has planned; of its offsets they have none of ${textOf(missingOf(entry, seen))}`;
}

/** The range's offsets of which there is no row; some may be tombstones, or have been compacted away before they were read. */
function missingOf({ from, to }: ClaimedEntry, seen: ReadonlySet<bigint>): bigint[] {
  const missing: bigint[] = [];
  for (let offset = from; offset < to && missing.length <= namedMax; offset++)
    if (!seen.has(offset)) missing.push(offset);
  return missing;
}

function textOf(offsets: readonly bigint[]): string {
  const sorted = offsets.toSorted((a, b) => (a < b ? -1 : 1));
  const named = sorted.slice(0, namedMax).join(', ');
  return offsets.length > namedMax ? `${named} and more` : named;
}
