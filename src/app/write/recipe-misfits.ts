import type { Recipe } from '../../consumer/ledger/entry/recipe.ts';
import { ownColumns } from '../../consumer/table/recipe-rules.ts';
import { parseColumns } from '../../schema/types/hive-ddl.ts';
import { partitionKeys } from '../../schema/partitions/layout.ts';
import { rescuedColumn, reservedSuffix } from '../../schema/names/column-name.ts';

/** What the table does not let be as it was configured, for the log. */
interface Misfit {
  readonly facts: object;
  readonly message: string;
}

/** Says where a recipe that was fitted to its table differs from the configured one, and what to do where that loses something. */
export function misfitsOf(configured: Recipe, fitted: Recipe): Misfit[] {
  const misfits: Misfit[] = [];
  const { layout } = fitted.placement;
  if (layout !== configured.placement.layout)
    misfits.push({
      facts: { layout, configured: configured.placement.layout },
      message: 'PARTITION_BY differs from the table, which keeps its partitions',
    });
  if (fitted.kafkaColumns !== configured.kafkaColumns)
    misfits.push({
      facts: { kafkaColumns: fitted.kafkaColumns, configured: configured.kafkaColumns },
      message: 'KAFKA_COLUMNS differs from the table, which stays as it is',
    });
  const parts = fitted.recordParts ?? [];
  const missing = configured.recordParts?.filter((part) => !parts.includes(part)) ?? [];
  if (missing.length > 0)
    misfits.push({
      facts: { missing },
      message: `the table has columns of these names that hold something else, so that rows do not say these parts of their records: ${giveName}`,
    });
  if (fitted.records !== configured.records)
    misfits.push({
      facts: { configured: configured.records },
      message: `RECORDS is not followed: the table’s column kafka_index holds something else. ${giveName}`,
    });
  if (parts.includes('topic') && configured.recordParts?.includes('topic') !== true)
    misfits.push({
      facts: {},
      message: 'several topics share the table: rows get kafka_topic, though KAFKA_COLUMNS does not say so',
    });
  const hinted = ownHints(fitted);
  if (hinted.length > 0)
    misfits.push({
      facts: { hinted },
      message: `SCHEMA_HINTS is not followed for columns of the table’s own. A field of the records that is called so becomes a column with ${reservedSuffix} behind its name: hint that one`,
    });
  return misfits;
}

/** Hinted columns that hold what the service writes there, whatever the records have. */
function ownHints(recipe: Recipe): string[] {
  const own = [...ownColumns(recipe), ...partitionKeys(recipe.placement.layout)].map(({ name }) => name);
  const names = new Set([...own, rescuedColumn]);
  return parseColumns(recipe.hints).flatMap(({ name }) => (names.has(name) ? [name] : []));
}

const giveName = 'give the records’ field another name by FIELDS_RENAME, and write a new table (LAKE_TABLE)';
