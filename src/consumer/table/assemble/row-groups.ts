import { groupRows, type RowGroup } from '../../../schema/partitions/layout.ts';
import type { DecodedBatch, Reject } from '../../columns/decode-batch.ts';
import type { PlannedObject } from '../../ledger/entry/ledger-entry.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';

/** A batch's rows and rejects by the Hive partition they go to. */
export interface RowGroups {
  readonly rows: readonly RowGroup[];
  readonly rejects: readonly RowGroup[];
}

/** Groups the batch, and says which objects that makes: the claim holds it before anything is written. */
export function groupBatch(
  { placementTimes, placementRange, timestamps, rejects }: DecodedBatch,
  { placement: { layout } }: Recipe,
): { readonly groups: RowGroups; readonly plan: PlannedObject[] } {
  const rows =
    layout === 'ingest-hour'
      ? // a record without a timestamp counts as arrived in 1970
        groupRows(
          timestamps.map((timestamp) => Math.max(0, timestamp)),
          layout,
        )
      : groupRows(placementTimes, layout, placementRange);
  const groups = { rows, rejects: groupRejects(rejects) };
  return { groups, plan: [...planned('rows', groups.rows), ...planned('dead-letters', groups.rejects)] };
}

function planned(kind: PlannedObject['kind'], groups: readonly RowGroup[]): PlannedObject[] {
  return groups.map(({ values, rows }) => ({ kind, partition: [...values], rows: rows.length }));
}

/** Dead letters by the day of their Kafka timestamp. */
function groupRejects(rejects: readonly Reject[]): RowGroup[] {
  const times = Float64Array.from(rejects, ({ chunk, index }) => Math.max(0, chunk.timestamps[index] ?? 0));
  return groupRows(times, 'day');
}
