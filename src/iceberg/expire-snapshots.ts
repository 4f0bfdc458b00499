import { msPerDay } from '../runtime/duration.ts';
import { mainBranch, type Snapshot, type TableMetadata } from './table-metadata.ts';

/** Properties by which every engine knows how long snapshots are kept. */
export const retentionProperties = {
  ageMaxMs: 'history.expire.max-snapshot-age-ms',
  countMin: 'history.expire.min-snapshots-to-keep',
} as const;

/** What Iceberg says where the properties are not set. */
const ageMaxMsDefault = 5 * msPerDay;
const countMinDefault = 1;

/**
 * Gives the snapshots that the table no longer keeps: those that the current one followed, beyond the count and the age that the table's
 * properties say. A table with other branches keeps everything: who made them knows when they may go.
 */
export function expiredSnapshots(metadata: TableMetadata, nowMs: number): bigint[] {
  const { refs, properties } = metadata;
  if (Object.entries(refs).some(([name, { type }]) => type === 'branch' && name !== mainBranch)) return [];
  const tagged = new Set(Object.values(refs).map((ref) => ref['snapshot-id']));
  const ageMaxMs = Number(properties[retentionProperties.ageMaxMs] ?? ageMaxMsDefault);
  const countMin = Number(properties[retentionProperties.countMin] ?? countMinDefault);
  return ancestorsOf(metadata)
    .slice(Math.max(1, countMin))
    .filter((snapshot) => nowMs - snapshot['timestamp-ms'] > ageMaxMs && !tagged.has(snapshot['snapshot-id']))
    .map((snapshot) => snapshot['snapshot-id']);
}

/** The current snapshot and those that it followed, newest first. */
function ancestorsOf({ snapshots, refs }: TableMetadata): Snapshot[] {
  const byId = new Map(snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]));
  const found: Snapshot[] = [];
  let next = refs[mainBranch]?.['snapshot-id'];
  while (next !== undefined && found.length < snapshots.length) {
    const snapshot = byId.get(next);
    if (snapshot === undefined) break;
    found.push(snapshot);
    next = snapshot['parent-snapshot-id'] ?? undefined;
  }
  return found;
}
