import type { Draw } from '../../../bench/kinds/draw.ts';
import { randomDamage, type Damage } from './damage.ts';
import { anySize } from './json-text.ts';
import { membersOf, textsOf, type Member } from './value-texts.ts';

/** How the senders of a topic write. */
interface Writing {
  readonly members: readonly Member[];
  readonly isOrdered: boolean;
  readonly between: string;
  readonly before: string;
  readonly after: string;
  readonly damage: Damage;
  readonly damageRate: number;
  readonly tombstoneRate: number;
}

function writingOf(draw: Draw): Writing {
  const count = draw.isTrue(0.02) ? anySize(draw, 1200) : anySize(draw, 16) - 1;
  const isSpaced = draw.isTrue(0.3);
  const space = (): string => (isSpaced ? draw.pick(['', ' ', '\n', '\t ', '    ']) : '');
  return {
    members: membersOf(draw, count, 0),
    isOrdered: draw.isTrue(0.6),
    between: `${space()},${space()}`,
    before: `${draw.isTrue(0.1) ? space() : ''}{${space()}`,
    after: `${space()}}${draw.isTrue(0.1) ? space() : ''}`,
    damage: randomDamage(draw),
    damageRate: draw.pick([0, 0, 0.001, 0.02, 0.2]),
    tombstoneRate: draw.pick([0, 0, 0, 0.01]),
  };
}

/** Records of a batch rarely need more. */
const batchCharactersMax = 3_000_000;

/** Writes the values of a random topic's records, null for tombstones: as many as `countMax`, fewer where they are long. */
export function randomTopic(draw: Draw, countMax: number): (string | null)[] {
  const writing = writingOf(draw);
  const count = draw.isTrue(0.3) ? anySize(draw, 60) : anySize(draw, countMax);
  const records: (string | null)[] = [];
  for (let index = 0, characters = 0; index < count && characters < batchCharactersMax; index++) {
    const text = recordOf(writing, draw, index / count);
    records.push(text);
    characters += text?.length ?? 0;
  }
  return records;
}

function recordOf(writing: Writing, draw: Draw, progress: number): string | null {
  const { members, isOrdered, between, before, after, damage, damageRate, tombstoneRate } = writing;
  if (tombstoneRate > 0 && draw.isTrue(tombstoneRate)) return null;
  const text = before + textsOf(members, draw, progress, isOrdered).join(between) + after;
  return damageRate > 0 && draw.isTrue(damageRate) ? damage(draw, text) : text;
}
