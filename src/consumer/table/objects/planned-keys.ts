import { hivePath, partitionKeys } from '../../../schema/partitions/layout.ts';
import { deadLetterKeys, deadLetterTable } from '../dead-letters/dead-letter-table.ts';
import { objectKey, type ObjectRange } from '../../ledger/keys/object-keys.ts';
import type { PlannedObject } from '../../ledger/entry/ledger-entry.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import type { ExpectedObject } from './own-object.ts';

/** The keys of the objects that a plan means to write. */
export function keysOf(
  range: ObjectRange,
  { plan, recipe }: { readonly plan: readonly PlannedObject[]; readonly recipe: Recipe },
): string[] {
  return plan.map((planned) => keyOf(range, planned, recipe));
}

/** The key follows from the range, its generation, the kind and the Hive partition. */
export function keyOf(range: ObjectRange, { kind, partition }: PlannedObject, { placement }: Recipe): string {
  const isRows = kind === 'rows';
  const keys = isRows ? partitionKeys(placement.layout) : deadLetterKeys;
  const table = isRows ? range.table : deadLetterTable(range.table);
  return objectKey(
    { ...range, table },
    hivePath(
      keys.map(({ name }) => name),
      partition,
    ),
  );
}

/** Gives the key of an object that is planned, and what must lie under it. */
export function plannedObject(range: ObjectRange, planned: PlannedObject, recipe: Recipe) {
  const { kind, partition, rows } = planned;
  return { kind, partition, key: keyOf(range, planned, recipe), expected: expectedOf(kind, recipe, rows) };
}

/** Says what an object must be to be one of a claim. */
export function expectedOf(
  kind: PlannedObject['kind'],
  { kafkaColumns }: Pick<Recipe, 'kafkaColumns'>,
  rowsMax: number | undefined,
): ExpectedObject {
  return { hasCoordinates: kind === 'dead-letters' || kafkaColumns, ...(rowsMax !== undefined && { rowsMax }) };
}
