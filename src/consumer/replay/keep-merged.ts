import { mapConcurrently } from '../../runtime/concurrency.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { findHeld, haveSameRows, placeOf } from '../commit/tools/held-rows.ts';
import type { HeldRows } from '../commit/tools/publication.ts';
import type { CommittedEntry, WrittenObject } from '../ledger/entry/ledger-entry.ts';

/** What is left of a batch. */
export interface Kept {
  readonly objects: readonly WrittenObject[];
  /** Those of all rows and dead letters in them. */
  readonly offsets: ReadonlySet<bigint>;
}

const looksMax = 8;

/**
 * Finds what an Iceberg table has of a batch of which objects are gone or damaged, while rows of others are in files that were merged or rewritten: these
 * rows are there, and their objects rightly gone. Says why where they can't be told; gives `undefined` where nothing is missing.
 */
export async function keptBesideMerged(
  entry: CommittedEntry,
  tools: CommitTools,
): Promise<Kept | { readonly why: string } | undefined> {
  const { objects } = entry.outcome;
  const kinds = new Set(objects.map(({ kind }) => kind));
  const held = await findHeld(entry, { kinds, readsOwn: false }, tools);
  // the tables don't tell
  if (held === undefined || 'why' in held) return undefined;
  const named = new Set(held.flatMap(({ isOwn, key }) => (isOwn ? [key] : [])));
  const others = held.filter(({ isOwn }) => !isOwn);
  const own = await sortOut(
    objects.filter(({ key }) => named.has(key)),
    tools,
  );
  const merged = objects.filter((object) => !named.has(object.key) && others.some((file) => isOfPlace(file, object)));
  // those of expired days are neither in the table nor missed
  const absent = await sortOut(
    objects.filter((object) => !named.has(object.key) && !merged.includes(object)),
    tools,
  );
  if (own.missing.length + absent.missing.length === 0) return undefined;
  if (entry.recipe.records !== undefined)
    return { why: 'its rows can’t be told apart, since an offset can have several' };
  const inWhole = await mapConcurrently(own.there, looksMax, ({ key }) =>
    tools.writer.objects.offsetsOf(key, entry.partition),
  );
  const offsets = [...others.map((file) => file.offsets), ...inWhole.map((found) => found ?? [])].flat();
  const distinct = new Set(offsets);
  const rows = [...own.there, ...merged].reduce((sum, object) => sum + object.rows, 0);
  if (!haveSameRows(merged, others) || distinct.size !== rows || offsets.length !== rows)
    return { why: `the table has ${offsets.length} of the ${rows} rows that were merged or are in whole objects` };
  return { objects: [...own.there, ...merged, ...absent.there], offsets: distinct };
}

function isOfPlace(file: HeldRows, { kind, partition }: WrittenObject): boolean {
  return placeOf(file) === placeOf({ kind, partition });
}

/** Tells objects that are there as they were written, or of expired days, from those that are gone or damaged. */
async function sortOut(objects: readonly WrittenObject[], { writer }: CommitTools) {
  const looks = await mapConcurrently(objects, looksMax, async (object) => ({
    object,
    isThere: await writer.objects.areThere([object]),
  }));
  const those = (isThere: boolean): WrittenObject[] =>
    looks.flatMap((look) => (look.isThere === isThere ? [look.object] : []));
  return { there: those(true), missing: those(false) };
}
