import { factsOfError } from '../../runtime/error-codes/error-codes.ts';
import { PipelineError } from '../../runtime/errors.ts';

/** Exit codes, the same for all commands. */
export const exitCodes = { done: 0, failed: 1, usage: 2, different: 3, interrupted: 130, terminated: 143 } as const;

export function exitCodeOf(error: unknown): number {
  return error instanceof PipelineError ? (factsOfError(error.code).exit ?? exitCodes.failed) : exitCodes.failed;
}
