import type { CommitTools } from '../commit/tools/commit-tools.ts';
import type { RangeObject } from '../table/objects/range-objects.ts';
import type { HolePiece } from './hole-pieces.ts';

/** The objects of a piece that stay: their rows and dead letters have each offset that the piece has, once. */
export interface ChosenObjects {
  readonly keys: ReadonlySet<string>;
  readonly offsets: ReadonlySet<bigint>;
  /** An older generation was chosen, and a later one is given up. */
  readonly isOlder: boolean;
}

interface ReadObject {
  readonly key: string;
  readonly generation: number;
  readonly offsets: readonly bigint[];
}

/**
 * Chooses the objects of a piece that stay, or says why that can't be told. Where a replay or redrive was killed, those that it was to replace lie beside those that
 * it has put, and the entry that told them apart is gone. The later generations stay where they have all offsets, each once: then they are whole.
 * Else the earlier ones stay, if they have all. No offset is given up either way.
 */
export async function chooseGeneration(
  { range, objects }: HolePiece,
  { writer }: Pick<CommitTools, 'writer'>,
): Promise<ChosenObjects | { readonly why: string }> {
  const read: ReadObject[] = [];
  for (const { key, name } of objects) {
    if (name.from !== range.from || name.to !== range.to)
      return { why: `${key} overlaps with other objects that no ledger entry lists: restore their entries` };
    const offsets = await writer.objects.offsetsOf(key, range.partition);
    if (offsets === undefined) return { why: `${key} does not tell the Kafka offset of each row: restore its entry` };
    const outside = offsets.find((offset) => offset < range.from || offset >= range.to);
    if (outside !== undefined) return { why: `${key} has offset ${outside}, which it should not: restore its entry` };
    read.push({ key, generation: name.generation, offsets });
  }
  return chosenOf(read) ?? { why: whyNone(objects) };
}

function chosenOf(read: readonly ReadObject[]): ChosenObjects | undefined {
  const all = new Set(read.flatMap(({ offsets }) => offsets));
  const generations = [...new Set(read.map(({ generation }) => generation))].toSorted((a, b) => b - a);
  // nothing lies in an empty piece, and nothing is chosen of it
  const [highest = 0, lowest = 0] = [generations[0], generations.at(-1)];
  const ways = [
    ...generations.map((from) => ({ from, to: highest, isOlder: false })),
    ...generations.slice(1).map((to) => ({ from: lowest, to, isOlder: true })),
  ];
  for (const { from, to, isOlder } of ways) {
    const some = read.filter(({ generation }) => generation >= from && generation <= to);
    const offsets = some.flatMap((each) => each.offsets);
    if (offsets.length === all.size && new Set(offsets).size === all.size)
      return { keys: new Set(some.map(({ key }) => key)), offsets: all, isOlder };
  }
  return read.length === 0 ? { keys: new Set(), offsets: all, isOlder: false } : undefined;
}

function whyNone(objects: readonly RangeObject[]): string {
  const keys = objects.map(({ key }) => key).join(', ');
  return `the same offsets are in several of ${keys}, and no generation of them has all that the others have: restore its entry`;
}
