import { PipelineError } from '../../runtime/errors.ts';

const codes: ReadonlySet<string> = new Set(['TABLE_MISMATCH', 'ENCODE_FAILED', 'OBJECT_UNREADABLE', 'STORE_MISSING']);

/** Tells whether a failure is one of the files that were to be merged: these stay as they are, and upkeep goes on with others. */
export function isFileFailure(error: unknown): error is PipelineError {
  return error instanceof PipelineError && codes.has(error.code);
}
