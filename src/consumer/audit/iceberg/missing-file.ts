import type { LoadedTable } from '../../../iceberg/iceberg-catalog.ts';
import type { TableReferences } from '../../../iceberg/manifests/table-references.ts';
import { retentionProperties, snapshotRetention } from '../../../iceberg/metadata/expire-snapshots.ts';
import type { Finding } from '../findings/finding.ts';

const restore = 'restore it from an older version of the object';
const replay =
  'or, while Kafka holds all of its records, replay them together: glueless replay with --from-time and --to-time around them, or --all';

/** A file that the table's metadata names and that is not there. One that only older snapshots have is needed for time travel alone. */
export function missingFile(key: string, references: TableReferences, { name, metadata }: LoadedTable): Finding {
  const what = `is named by ${references.named.get(key)} of the table ${name}, and not there`;
  const finding = { problem: 'object-missing' as const, where: key };
  if (!references.past.has(key)) return { ...finding, what, action: `${restore}; ${replay}` };
  const { countMin, ageMaxMs } = snapshotRetention(metadata);
  const kept = `the table keeps its last ${countMin} (${retentionProperties.countMin}), and those that are at most ${ageMaxMs} ms old (${retentionProperties.ageMaxMs})`;
  return {
    ...finding,
    what: `${what}: only snapshots before the current one have it, so that time travel alone fails`,
    action: `${restore}; or let these snapshots expire, which ends this finding: ${kept}. At once: set ${retentionProperties.countMin} to 1, and run glueless maintain`,
  };
}
