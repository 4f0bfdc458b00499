import type { WrittenEntry, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectInfo } from '../../ports/lake.ts';
import { differenceOf } from '../../table/objects/object-writer.ts';
import { replayOf, type Finding, type Problem } from '../findings/finding.ts';

/** What was found under the key of an object that an entry lists. */
export interface ObjectFacts extends Pick<ObjectInfo, 'size' | 'crc32'> {
  /** `undefined` where nobody had to look. */
  readonly rows?: number;
}

/** Compares an object with what its entry says of it; `undefined` facts: there is none. */
export function auditObject(entry: WrittenEntry, object: WrittenObject, facts: ObjectFacts | undefined): Finding[] {
  const of = (problem: Problem, what: string): Finding[] => [aboutObject(entry, object.key, { problem, what })];
  const { size, crc32, rows } = facts ?? {};
  switch (differenceOf(object, facts)) {
    case 'missing':
      return of('object-missing', `is listed by the ledger (${object.rows} rows) and not there`);
    case 'size':
      return of('object-size', `has ${size} bytes, the ledger says ${object.bytes}`);
    case 'checksum':
      return of(
        'object-checksum',
        `has the CRC-32 ${hex(crc32)}, the ledger says ${hex(object.crc32)}: other bytes than were written`,
      );
    case undefined:
      break;
  }
  if (rows !== undefined && rows !== object.rows)
    return of('object-rows', `has ${rows} rows, the ledger says ${object.rows}`);
  return [];
}

export function aboutObject(
  entry: Pick<WrittenEntry, 'partition' | 'from' | 'to'>,
  key: string,
  { problem, what }: Pick<Finding, 'problem' | 'what'>,
): Finding {
  const action = `restore it from an older version of the object, or ${replayOf(entry)}`;
  return { problem, partition: entry.partition, where: key, what, action };
}

/** The same where Kafka no longer holds all of the entry's range, so that no replay puts it right: one may end it without objects that are gone, also because somebody has moved damaged ones away. */
export function withoutReplay(finding: Finding, entry: Pick<WrittenEntry, 'partition' | 'from' | 'to'>): Finding {
  const replay = replayOf(entry);
  if (!finding.action.includes(replay)) return finding;
  const restore = 'restore it from an older version of the object: Kafka no longer holds its range';
  const wayOn = `where there is none, and a damaged one is out of the table, ${replay} --allow-loss keeps the range’s other rows, writes what Kafka holds and books the rest as lost`;
  return { ...finding, action: finding.problem.startsWith('object-') ? `${restore}; ${wayOn}` : restore };
}

function hex(checksum = 0): string {
  return checksum.toString(16).padStart(8, '0');
}
