import { smallestOf } from '../../runtime/extremes.ts';
import { msPerDay } from '../../runtime/duration.ts';
import { ancestorsOf, mainBranch, type Snapshot, type TableMetadata } from './table-metadata.ts';

/** Properties by which every engine knows how long snapshots are kept. */
export const retentionProperties = {
  ageMaxMs: 'history.expire.max-snapshot-age-ms',
  countMin: 'history.expire.min-snapshots-to-keep',
} as const;

/** What Iceberg says where the properties are not set. */
const ageMaxMsDefault = 5 * msPerDay;
const countMinDefault = 1;

/** How many snapshots the table keeps at least, and up to which age all of them. */
export function snapshotRetention({ properties }: Pick<TableMetadata, 'properties'>): {
  readonly countMin: number;
  readonly ageMaxMs: number;
} {
  return {
    countMin: Math.max(1, Number(properties[retentionProperties.countMin] ?? countMinDefault)),
    ageMaxMs: Number(properties[retentionProperties.ageMaxMs] ?? ageMaxMsDefault),
  };
}

/**
 * Gives the snapshots that the table no longer keeps: those that the current one followed, beyond the count and the age that the table's
 * properties say; and those that nothing leads to, since somebody has set the table back or has removed a tag, once they are older than what
 * is kept. A table with other branches keeps everything: who made them knows when they may go. What others have staged to be looked at stays.
 */
export function expiredSnapshots(metadata: TableMetadata, nowMs: number): bigint[] {
  const { refs } = metadata;
  if (Object.entries(refs).some(([name, { type }]) => type === 'branch' && name !== mainBranch)) return [];
  const tagged = new Set(Object.values(refs).map((ref) => ref['snapshot-id']));
  const { countMin, ageMaxMs } = snapshotRetention(metadata);
  const isOld = (snapshot: Snapshot): boolean =>
    nowMs - snapshot['timestamp-ms'] > ageMaxMs && !tagged.has(snapshot['snapshot-id']);
  const followed = ancestorsOf(metadata);
  const expired = new Set(followed.slice(countMin).filter(isOld));
  const kept = followed.filter((each) => !expired.has(each));
  const oldestMs = smallestOf(kept.map((each) => each['timestamp-ms']));
  const known = new Set(followed);
  const left = metadata.snapshots.filter(
    (each) => !known.has(each) && isOld(each) && each['timestamp-ms'] < oldestMs && !isStaged(each),
  );
  return [...expired, ...left].map((snapshot) => snapshot['snapshot-id']);
}

/** Written to be looked at before it is published ("write, audit, publish"). */
function isStaged({ summary = {} }: Snapshot): boolean {
  return summary['wap.id'] !== undefined;
}
