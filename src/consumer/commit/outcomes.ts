import type { Outcome, WrittenObject } from '../ledger/entry/ledger-entry.ts';
import type { CommitTools } from './commit-tools.ts';

/** What the objects hold, which may be more than this try delivered. */
export function countsOf(
  objects: readonly WrittenObject[],
  tombstones: number,
): Pick<Outcome, 'records' | 'rows' | 'deadLetters' | 'tombstones'> {
  const sum = (kind: WrittenObject['kind']): number =>
    objects.filter((object) => object.kind === kind).reduce((total, { rows }) => total + rows, 0);
  const [rows, deadLetters] = [sum('rows'), sum('dead-letters')];
  return { records: rows + deadLetters + tombstones, rows, deadLetters, tombstones };
}

/** Gives the outcome of a claim whose objects an earlier try has put. */
export function outcomeOfFound(
  objects: readonly WrittenObject[],
  { tombstones, lastRecord }: Pick<Outcome, 'tombstones' | 'lastRecord'>,
  { clock }: Pick<CommitTools, 'clock'>,
): Outcome {
  return {
    committedAt: new Date(clock.nowMs()).toISOString(),
    ...countsOf(objects, tombstones),
    objects: [...objects],
    catalogVersion: '',
    ...(lastRecord && { lastRecord }),
  };
}

/** What pieces of a batch that were written one after the other are together: the last one says what the batch ends with. */
export function joinOutcomes(pieces: readonly Outcome[]): Outcome {
  const [first, ...others] = pieces;
  if (first === undefined) throw new RangeError('expected the outcome of one piece at least');
  return others.reduce((before, piece) => {
    const objects = [...before.objects, ...piece.objects];
    const minEventTime = earlier(before.minEventTime, piece.minEventTime);
    const maxEventTime = later(before.maxEventTime, piece.maxEventTime);
    return {
      ...piece,
      objects,
      ...countsOf(objects, before.tombstones + piece.tombstones),
      ...(minEventTime !== undefined && { minEventTime }),
      ...(maxEventTime !== undefined && { maxEventTime }),
    };
  }, first);
}

/** ISO 8601 times of one form are in order as text, too. */
function earlier(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}
