import { groupRows, type RowGroup } from '../../schema/layout.ts';
import type { DecodedBatch } from '../columns/decode-batch.ts';
import type { PlannedObject } from '../ledger/ledger-entry.ts';
import type { Recipe } from '../ledger/recipe.ts';
import { groupRejects } from './dead-letters.ts';

/** A batch's rows and rejects by the Hive partition they go to. */
export interface RowGroups {
  readonly rows: readonly RowGroup[];
  readonly rejects: readonly RowGroup[];
}

/** Groups the batch, and says which objects that makes: the claim holds it before anything is written. */
export function groupBatch(
  { placementTimes, placementRange, rejects }: DecodedBatch,
  { placement }: Recipe,
): { readonly groups: RowGroups; readonly plan: PlannedObject[] } {
  const groups = { rows: groupRows(placementTimes, placement.layout, placementRange), rejects: groupRejects(rejects) };
  return { groups, plan: [...planned('rows', groups.rows), ...planned('dead-letters', groups.rejects)] };
}

function planned(kind: PlannedObject['kind'], groups: readonly RowGroup[]): PlannedObject[] {
  return groups.map(({ values, rows }) => ({ kind, partition: [...values], rows: rows.length }));
}
