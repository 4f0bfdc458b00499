import { PipelineError } from '../../runtime/errors.ts';

/** Changes of a table by others that are taken in before giving up. */
export const conflictsMax = 50;

/** Makes the error of a table that others have changed before each try. */
export function contended(table: string): PipelineError {
  return new PipelineError('CATALOG_CONTENDED', {
    message: `the table ${table} was changed by others ${conflictsMax} times in a row`,
    retryable: true,
    details: { table },
  });
}
