import { PipelineError, type ErrorCode } from '../../../runtime/errors.ts';
import type { CommitTools } from './commit-tools.ts';
import type { FoundKinds, HeldRows, ReplacedRange } from './publication.ts';

/** Codes of errors by which tables say that a file can't be read, or that its rows can't be told from others. */
const untold: readonly ErrorCode[] = ['TABLE_MISMATCH', 'OBJECT_UNREADABLE', 'STORE_MISSING'];

/**
 * Finds the rows that Iceberg tables have of a range, as `Publication.find` does; or says why they don't tell. Gives `undefined` for a Hive table, and where no table
 * has taken in the range.
 */
export async function findHeld(
  range: ReplacedRange,
  wanted: FoundKinds,
  { publication }: Pick<CommitTools, 'publication'>,
): Promise<readonly HeldRows[] | { readonly why: string } | undefined> {
  try {
    return await publication?.find(range, wanted);
  } catch (error) {
    if (!(error instanceof PipelineError) || !untold.includes(error.code)) throw error;
    return { why: error.message };
  }
}

/** Names the Hive partition of rows or dead letters. */
export function placeOf({ kind, partition }: Pick<HeldRows, 'kind' | 'partition'>): string {
  return JSON.stringify([kind, ...partition]);
}
