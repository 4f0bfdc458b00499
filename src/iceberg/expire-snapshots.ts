import { msPerDay } from '../runtime/duration.ts';
import { ancestorsOf, mainBranch, type TableMetadata } from './table-metadata.ts';

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
