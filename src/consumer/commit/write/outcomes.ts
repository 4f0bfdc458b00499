import type { Outcome, WrittenObject } from '../../ledger/entry/ledger-entry.ts';

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

/** What pieces of a batch that were written one after the other are together: the last one says what the batch ends with. */
export function joinOutcomes(pieces: readonly Outcome[]): Outcome {
  const [first, ...others] = pieces;
  if (first === undefined) throw new RangeError('expected the outcome of one piece at least');
  return others.reduce((before, piece) => {
    const objects = [...before.objects, ...piece.objects];
    const counts = countsOf(objects, before.tombstones + piece.tombstones);
    return { ...piece, objects, ...counts, ...joinEventTimes(before, piece) };
  }, first);
}

type EventTimes = Pick<Outcome, 'minEventTime' | 'maxEventTime'>;

/** The event times of rows that are in the one or the other. */
export function joinEventTimes(one: EventTimes, other: EventTimes): EventTimes {
  const minEventTime = earlier(one.minEventTime, other.minEventTime);
  const maxEventTime = later(one.maxEventTime, other.maxEventTime);
  return { ...(minEventTime !== undefined && { minEventTime }), ...(maxEventTime !== undefined && { maxEventTime }) };
}

/** ISO 8601 times of one form are in order as text, too. */
function earlier(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}
