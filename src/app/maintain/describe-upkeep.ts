import type { UpkeepEvent } from '../../consumer/maintain/upkeep.ts';
import { unreachable } from '../../runtime/errors.ts';

/** Says in a line what upkeep has done, or what it would do. */
export function describeUpkeep(event: UpkeepEvent, isDryRun: boolean): string {
  const { table } = event;
  const did = (verb: string): string => (isDryRun ? `would be ${verb}` : verb);
  switch (event.kind) {
    case 'merged': {
      const { partition, files, bytes, rows, mergedBytes } = event;
      const into = mergedBytes === undefined ? '' : `, ${mergedBytes} bytes now`;
      return `${table}${placeOf(partition)}: ${files} files of ${bytes} bytes with ${rows} rows ${did('merged')} into one${into}`;
    }
    case 'merging': {
      const { partition, files, done, all } = event;
      return `${table}${placeOf(partition)}: ${files} files are being merged, ${done} of ${all} steps are done`;
    }
    case 'left-alone': {
      return `${table}${placeOf(event.partition)}: ${event.files} files left alone: ${event.why}`;
    }
    case 'partitions-removed': {
      const { partitions, files, rows, before } = event;
      return `${table}: ${partitions} partitions of days before ${before} ${did('removed')}, ${files} files with ${rows} rows`;
    }
    case 'caught-up':
      return `${table} ${event.partition.join('/')}: the rows of ${event.added} later files ${did('taken')} into its merged files, those of ${event.replaced} replaced ones ${did('left out')}`;
    case 'placed':
      return `${table} ${event.partition.join('/')}: its location in the catalog ${did('set')} to ${event.location}`;
    case 'not-merged':
      return `${table}: small files are not merged: ${event.why}`;
    case 'sources-deleted':
      return `${table}: ${event.files} files of ${event.bytes} bytes ${did('deleted')}, whose rows are in merged ones`;
    case 'snapshots-expired':
      return `${table}: ${event.snapshots} snapshots ${did('expired')}`;
    case 'manifests-merged':
      return `${table}: ${event.manifests} manifests ${did('merged')}`;
    case 'orphans-deleted':
      return `${table}: ${event.files} files of ${event.bytes} bytes that it does not name ${did('deleted')}`;
    case 'uploads-deleted':
      return `${table}: ${event.files} files of ${event.bytes} bytes in the lake’s .uploads ${did('deleted')}, which killed processes had begun`;
    default:
      return unreachable(event);
  }
}

function placeOf(partition: readonly string[] = []): string {
  return partition.length === 0 ? '' : ` ${partition.join('/')}`;
}
