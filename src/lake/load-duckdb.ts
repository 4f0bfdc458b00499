import { messageOf, PipelineError } from '../runtime/errors.ts';

/** Loads DuckDB, a large optional dependency, when it is needed: `purpose` says for what. Rejects with PREREQUISITE_MISSING. */
export async function loadDuckdb(purpose: string) {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw new PipelineError('PREREQUISITE_MISSING', {
      message: `DuckDB, which ${purpose}, can't be loaded: ${messageOf(error)}`,
      retryable: false,
      hint: 'it is an optional dependency: run npm ci without --omit=optional',
      cause: error,
    });
  }
}
