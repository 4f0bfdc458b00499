import { hasCode, type PipelineError } from '../../runtime/errors.ts';

/** Tells whether a failure is one of the files that were to be merged: these stay as they are, and upkeep goes on with others. */
export function isFileFailure(error: unknown): error is PipelineError {
  return hasCode(error, 'TABLE_MISMATCH', 'ENCODE_FAILED', 'OBJECT_UNREADABLE', 'STORE_MISSING');
}
