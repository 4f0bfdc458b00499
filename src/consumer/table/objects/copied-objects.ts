import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { PutOutcome } from './object-writer.ts';

/** Finds objects that have the same bytes as another one of the list, by size and checksum: in the order of the list, those of each such file together. */
export function findCopies(
  objects: readonly Pick<WrittenObject, 'key' | 'rows' | 'bytes' | 'crc32'>[],
): { readonly key: string; readonly rows: number }[][] {
  const known = objects.filter(({ rows, bytes, crc32 }) => rows > 0 && bytes > 0 && crc32 !== undefined);
  const groups = Map.groupBy(known, ({ bytes, crc32 }) => `${bytes}/${crc32}`);
  return [...groups.values()].filter((group) => group.length > 1);
}

/**
 * Tells apart objects of one batch whose rows say where in Kafka they were, and that have the same bytes all the same: one was copied over the other. It is the one
 * that has other rows than were planned for its key, where that tells; else each of them may be. One that this process has just put is whole.
 */
export function withoutCopies(
  outcomes: readonly PutOutcome[],
  plannedRows: (key: string) => number | undefined,
): PutOutcome[] {
  const spoiled = new Map<string, PutOutcome>();
  for (const group of findCopies(outcomes.flatMap((outcome) => ('object' in outcome ? [outcome.object] : [])))) {
    const whole = group.filter(({ key, rows }) => isCreated(outcomes, key) || plannedRows(key) === rows);
    const right = whole.find(({ key }) => isCreated(outcomes, key)) ?? (whole.length === 1 ? whole[0] : undefined);
    for (const { key } of group) {
      if (key === right?.key) continue;
      const other = group.find((each) => each.key !== key);
      spoiled.set(key, { kind: 'spoiled', key, ...(right === undefined && other && { orElse: other.key }) });
    }
  }
  return outcomes.map((outcome) => ('object' in outcome ? (spoiled.get(outcome.object.key) ?? outcome) : outcome));
}

function isCreated(outcomes: readonly PutOutcome[], key: string): boolean {
  return outcomes.some((outcome) => outcome.kind === 'created' && outcome.object.key === key);
}
