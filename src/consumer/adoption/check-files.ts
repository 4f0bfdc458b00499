import { mapConcurrently, readsAtOnce } from '../../runtime/concurrency.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { objectSource } from '../ports/parquet.ts';
import type { DescribeTools } from '../snapshot/commit-snapshot.ts';
import { isDamage } from '../snapshot/damaged-files.ts';
import type { AdoptedFile } from './adopted-files.ts';

/** Reads the footers of files and changes nothing. Rejects with the name of one that is gone or can't be read, and as `check` does. */
export async function checkFiles(
  files: readonly AdoptedFile[],
  { store, parquet, check }: DescribeTools,
): Promise<void> {
  await mapConcurrently(files, readsAtOnce, async ({ key, bytes }) => {
    try {
      const statistics = await parquet.statistics(objectSource(store, { key, size: bytes }));
      check?.(key, statistics);
    } catch (error) {
      throw isDamage(error) ? damaged(key, error) : error;
    }
  });
}

/** Does work that reads the files: where it rejects for one that is gone or damaged, that file is named. */
export async function namingDamaged<T>(
  files: readonly AdoptedFile[],
  work: () => Promise<T>,
  tools: Pick<DescribeTools, 'store' | 'parquet'>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isDamage(error)) await checkFiles(files, tools);
    throw error;
  }
}

function damaged(key: string, cause: PipelineError): PipelineError {
  return new PipelineError(cause.code, {
    message: `${key} can't be taken in: ${cause.message}`,
    retryable: false,
    details: { key },
    hint: 'restore it from an older version, or run the `glueless replay` that `glueless verify --deep` prints for it; then adopt the table',
    cause,
  });
}
