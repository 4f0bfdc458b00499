import { rescuedColumn } from '../../schema/names/column-name.ts';
import type { DecodedBatch } from '../columns/decode-batch.ts';
import type { ReadingTally } from '../columns/scan/reading-tally.ts';
import { likelyCause } from './decode/likely-cause.ts';
import type { TargetColumn } from './route/route-columns.ts';

/** What of a batch went elsewhere than to the column of its name. */
export interface BatchFacts {
  /** Records by why they became dead letters. */
  readonly rejects: ReadonlyMap<string, number>;
  /** Values by the column that took them instead of that of their name. */
  readonly redirected: ReadonlyMap<string, number>;
  /** Rows with values that found no column. */
  readonly rescuedRows: number;
  readonly reading: ReadingTally;
  readonly rows: number;
  readonly rowsWithoutEventTime: number;
  /** The first dead letter, where the batch has no row: something is wrong with all of them. */
  readonly onlyRejects?: { readonly reason: string; readonly cause: string | undefined };
}

export function factsOf(
  { rejects, rowCount, rowsWithoutEventTime, reading }: DecodedBatch,
  targets: readonly TargetColumn[],
): BatchFacts {
  const reasons = new Map<string, number>();
  for (const { reason } of rejects) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const redirected = new Map<string, number>();
  let rescuedRows = 0;
  for (const { name, sources } of targets) {
    for (const source of sources) {
      if (name === rescuedColumn) rescuedRows += source.count;
      else if (source.name !== name) redirected.set(name, (redirected.get(name) ?? 0) + source.count);
    }
  }
  const [first] = rejects;
  const onlyRejects = rowCount === 0 && first && { reason: first.reason, cause: likelyCause(first) };
  return {
    rejects: reasons,
    redirected,
    rescuedRows,
    rows: rowCount,
    rowsWithoutEventTime,
    reading,
    ...(onlyRejects && { onlyRejects }),
  };
}
