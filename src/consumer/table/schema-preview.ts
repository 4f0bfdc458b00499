import { planEvolution, type EvolutionRules } from '../../schema/evolution.ts';
import type { Column } from '../../schema/types.ts';
import type { DecodedBatch } from '../columns/decode-batch.ts';
import { jsonValue } from '../columns/decoded-column.ts';

/** Values that do not go to the column of their name. */
export interface Redirected {
  readonly field: string;
  /** `undefined`: to `_rescued`. */
  readonly target: string | undefined;
  readonly count: number;
  readonly example: unknown;
}

/** What writing a batch would do to a table. */
export interface SchemaPreview {
  readonly added: readonly Column[];
  readonly replaced: readonly Column[];
  readonly redirected: readonly Redirected[];
  readonly rows: number;
  readonly rejects: ReadonlyMap<string, number>;
}

/** `table`: the data's columns, without the Kafka columns. */
export function previewSchema(batch: DecodedBatch, table: readonly Column[], rules: EvolutionRules): SchemaPreview {
  const { added, replaced, targets } = planEvolution(table, batch.columns, rules);
  const redirected = batch.columns.flatMap((column, index): Redirected[] => {
    const target = targets[index];
    if (target === column.name) return [];
    return [{ field: column.field, target, count: column.count, example: jsonValue(column, 0) }];
  });
  const rejects = new Map<string, number>();
  for (const { reason } of batch.rejects) rejects.set(reason, (rejects.get(reason) ?? 0) + 1);
  return { added, replaced, redirected, rows: batch.rowCount, rejects };
}
