import type { WrittenEntry, WrittenObject } from '../ledger/ledger-entry.ts';
import type { ObjectInfo } from '../ports/lake.ts';
import { replayOf, type Finding, type Problem } from './finding.ts';

/** What was found under the key of an object that an entry lists. */
export interface ObjectFacts extends Pick<ObjectInfo, 'size' | 'crc32'> {
  /** `undefined` where nobody had to look. */
  readonly rows?: number;
}

/** Compares an object with what its entry says of it; `undefined` facts: there is none. */
export function auditObject(entry: WrittenEntry, object: WrittenObject, facts: ObjectFacts | undefined): Finding[] {
  const of = (problem: Problem, what: string): Finding[] => [aboutObject(entry, object.key, { problem, what })];
  if (facts === undefined) return of('object-missing', `is listed by the ledger (${object.rows} rows) and not there`);
  const { size, crc32, rows } = facts;
  if (size !== object.bytes) return of('object-size', `has ${size} bytes, the ledger says ${object.bytes}`);
  if (crc32 !== undefined && object.crc32 !== undefined && crc32 !== object.crc32)
    return of(
      'object-checksum',
      `has the CRC-32 ${hex(crc32)}, the ledger says ${hex(object.crc32)}: other bytes than were written`,
    );
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

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
