import { describe, expect, it } from 'vitest';
import { expiredSnapshots, retentionProperties } from '../../../src/iceberg/metadata/expire-snapshots.ts';
import {
  serializeTableMetadata,
  withMetadataLog,
  type TableMetadata,
} from '../../../src/iceberg/metadata/table-metadata.ts';
import { applyUpdates, type TableUpdate } from '../../../src/iceberg/metadata/table-updates.ts';
import { creationOf } from '../../support/iceberg-tables.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const keeping = (count: number, ageMs: number): TableUpdate => ({
  action: 'set-properties',
  updates: { [retentionProperties.countMin]: String(count), [retentionProperties.ageMaxMs]: String(ageMs) },
});

/** Commits one snapshot a minute; each removes what is no longer kept. */
function commitEveryMinute(times: number, ...first: readonly TableUpdate[]): TableMetadata {
  let metadata = applyUpdates(undefined, [...creationOf('s3://lake/thermometer'), ...first], 0);
  for (let minute = 1; minute <= times; minute++) {
    const nowMs = minute * minuteMs;
    const id = BigInt(minute);
    const parent = metadata['current-snapshot-id'] ?? undefined;
    const snapshot = {
      'snapshot-id': id,
      ...(parent !== undefined && { 'parent-snapshot-id': parent }),
      'sequence-number': minute,
      'timestamp-ms': nowMs,
      'manifest-list': `s3://lake/thermometer/metadata/snap-${id}-1-6e3ec1b5-51a1-4d47-9c0d-2b0a6ff4f1f6.avro`,
      summary: { operation: 'append', 'added-records': '4000', 'total-records': String(minute * 4000) },
      'schema-id': 0,
    };
    const expired = expiredSnapshots(metadata, nowMs);
    const updates: readonly TableUpdate[] = [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
      { action: 'remove-snapshots', 'snapshot-ids': expired },
    ];
    const location = `s3://lake/thermometer/metadata/${minute}-6e3ec1b5-51a1-4d47-9c0d-2b0a6ff4f1f6.metadata.json`;
    metadata = withMetadataLog(applyUpdates(metadata, updates, nowMs), { location, updatedMs: nowMs });
  }
  return metadata;
}

const idsOf = ({ snapshots }: TableMetadata): number[] => snapshots.map((snapshot) => Number(snapshot['snapshot-id']));

describe('snapshots that a table keeps', () => {
  it('leave its metadata small after a day of one commit a minute', () => {
    const metadata = commitEveryMinute(1440, keeping(100, hourMs));
    expect(metadata.snapshots).toHaveLength(101);
    expect(metadata['snapshot-log']).toHaveLength(101);
    expect(serializeTableMetadata(metadata).length).toBeLessThan(100_000);
  });

  it('are found among more than a call has room for, as in a table that nobody has tidied for long', () => {
    const [snapshot] = commitEveryMinute(1).snapshots;
    if (snapshot === undefined) throw new Error('it has one');
    const snapshots = Array.from({ length: 150_000 }, (_, at) => ({
      ...snapshot,
      'snapshot-id': BigInt(at + 1),
      ...(at > 0 && { 'parent-snapshot-id': BigInt(at) }),
    }));
    const main = { type: 'branch' as const, 'snapshot-id': 150_000n };
    const table = commitEveryMinute(1, keeping(149_990, 0));
    const metadata = { ...table, snapshots, refs: { main }, 'current-snapshot-id': 150_000n };
    expect(expiredSnapshots(metadata, hourMs)).toHaveLength(10);
  });

  it('are as many as the table says, and as old', () => {
    expect(idsOf(commitEveryMinute(20, keeping(5, 0)))).toEqual([15, 16, 17, 18, 19, 20]);
    expect(idsOf(commitEveryMinute(20, keeping(1, 10 * minuteMs)))).toEqual([
      10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
    ]);
  });

  it('are all of five days where the table says nothing', () => {
    expect(commitEveryMinute(200).snapshots).toHaveLength(200);
  });

  it('are those that somebody has tagged too, and all of a table with other branches', () => {
    const metadata = commitEveryMinute(20, keeping(5, hourMs));
    const ref = (name: string, type: 'tag' | 'branch'): TableMetadata =>
      applyUpdates(metadata, [{ action: 'set-snapshot-ref', 'ref-name': name, type, 'snapshot-id': 3n }], 0);
    const later = 3 * hourMs;
    expect(expiredSnapshots(metadata, later).map(Number)).toContain(3);
    expect(expiredSnapshots(ref('audit', 'tag'), later).map(Number)).toEqual([
      15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 2, 1,
    ]);
    expect(expiredSnapshots(ref('trial', 'branch'), later)).toEqual([]);
  });

  it('are not those that nothing leads to any more, unless they are younger than what is kept, or staged', () => {
    const metadata = commitEveryMinute(20, keeping(5, 0));
    const setTo = (id: bigint) =>
      applyUpdates(
        metadata,
        [{ action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id }],
        0,
      );
    // set back to 17: what came later stays for those who change their mind
    expect(expiredSnapshots(setTo(17n), hourMs)).toEqual([]);
    const [first] = metadata.snapshots;
    if (first === undefined) throw new Error('it has snapshots');
    const lone = { ...first, 'snapshot-id': 100n, 'parent-snapshot-id': 99n, 'timestamp-ms': minuteMs };
    const staged = { ...lone, 'snapshot-id': 101n, summary: { operation: 'append', 'wap.id': 'check' } };
    const snapshots = [...metadata.snapshots, lone, staged];
    expect(expiredSnapshots({ ...metadata, snapshots }, hourMs).map(Number)).toEqual([15, 100]);
  });
});
