import { PipelineError } from '../../runtime/errors.ts';

/** Makes the error of a table whose rows can't be told apart by their age. */
export function withoutDays(table: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `nothing was removed from ${table}: it has no partitions of days, so that rows can’t be removed by their age`,
    retryable: false,
    details: { table },
    hint: 'leave RETENTION_DAYS out, or replay into a new table with PARTITION_BY=day',
  });
}

/** Makes the error of a table of which nothing would be left. */
export function expiryRefused(
  table: string,
  { before, nowMs }: { readonly before: string; readonly nowMs: number },
): PipelineError {
  return new PipelineError('EXPIRY_REFUSED', {
    message: `nothing was removed from ${table}: it has no rows since ${before}, so that nothing would be left of it; it is ${new Date(nowMs).toISOString()} here`,
    retryable: false,
    details: { table, before },
    hint: 'check the clock and RETENTION_DAYS; a table that nobody writes any more goes by dropping it and deleting its folder',
  });
}
