import { PipelineError } from '../runtime/errors.ts';
import type { Settings } from './config/settings.ts';

/** Throws USAGE_INVALID for an Iceberg table, on which the command can't work. */
export function refuseIceberg({ table }: Pick<Settings, 'table'>, command: string): void {
  if (table.format !== 'iceberg') return;
  throw new PipelineError('USAGE_INVALID', {
    message: `glueless ${command} works on tables of the format Hive only, and TABLE_FORMAT is iceberg`,
    retryable: false,
  });
}
