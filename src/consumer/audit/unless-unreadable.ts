import { PipelineError } from '../../runtime/errors.ts';

/** Answers with what `read` finds in the ledger; where that can't be used, with what `otherwise` makes of the failure. */
export async function unlessUnreadable<T, const Otherwise>(
  read: () => Promise<T>,
  otherwise: (error: PipelineError) => Otherwise,
): Promise<T | Otherwise> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PipelineError && error.code.startsWith('LEDGER_')) return otherwise(error);
    throw error;
  }
}
