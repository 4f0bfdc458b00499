import { isOfFormat1 } from '../../ledger/keys/format-1.ts';
import {
  isDeletable,
  mayHaveLeftovers,
  type ClaimedEntry,
  type ReplacingEntry,
  type WrittenEntry,
  type WrittenObject,
} from '../../ledger/entry/ledger-entry.ts';
import { parseObjectName } from '../../ledger/keys/object-keys.ts';
import { keysOf } from '../../table/objects/planned-keys.ts';
import type { CommitTools } from '../tools/commit-tools.ts';

/** The keys that are obsolete in an entry that lists the objects: those of `keys` that are not theirs, each once. */
export function obsoleteKeys(keys: readonly string[], objects: readonly WrittenObject[]): string[] {
  const listed = new Set(objects.map(({ key }) => key));
  return [...new Set(keys)].filter((key) => !listed.has(key));
}

/** Deletes what earlier generations of the entry have left, unless an object that it lists is gone: then they may hold the only rows. */
export async function discardLeftovers(
  entry: WrittenEntry,
  { writer, publication }: Pick<CommitTools, 'writer' | 'publication'>,
): Promise<void> {
  // snapshots that readers can go back to may list them
  if (publication !== undefined) return;
  if (!mayHaveLeftovers(entry) || !(await writer.objects.areThere(entry.outcome.objects))) return;
  await writer.objects.delete(leftoversOf(entry));
}

/** Keys of earlier generations of the entry, which nobody can list any more. */
export function leftoversOf(entry: WrittenEntry): string[] {
  return (entry.obsolete ?? []).filter((key) => isDeletable(entry, { key, generation: generationOf(key) }));
}

/** The generation that a key of ours is of. */
export function generationOf(key: string): number {
  return parseObjectName(key)?.generation ?? 0;
}

/** Keys that the claim, and those of lower generations before it, may have written. */
export async function keysOfClaim(entry: ClaimedEntry, { writer }: Pick<CommitTools, 'writer'>): Promise<string[]> {
  const own = isOfFormat1(entry)
    ? (await writer.objects.findFormat1(entry)).map(({ key }) => key)
    : keysOf(entry, entry);
  return [...(entry.obsolete ?? []), ...own];
}

/** Keys that a replacement may have written. */
export async function keysOfReplacement(
  { replacement, ...entry }: ReplacingEntry,
  { writer }: Pick<CommitTools, 'writer'>,
): Promise<string[]> {
  if (!isOfFormat1(replacement)) return keysOf({ ...entry, generation: replacement.generation }, replacement);
  const found = await writer.objects.findFormat1(entry);
  return found.map(({ key }) => key);
}
