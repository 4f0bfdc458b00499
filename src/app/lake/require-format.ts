import { isIceberg, type CatalogTable } from '../../consumer/ports/lake.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from './lake.ts';

/** Rejects with TABLE_MISMATCH when the table is one of Iceberg and the configuration takes it for one of Hive. */
export async function requireFormat({ plainCatalog }: Lake, { table }: Pick<Settings, 'table'>): Promise<void> {
  if (table.format !== 'hive') return;
  const found = await plainCatalog.load(table.name);
  if (found !== undefined) requireHive([found]);
}

/** Throws TABLE_MISMATCH for an Iceberg table: the files of its folder are not what it holds. */
export function requireHive(tables: readonly CatalogTable[]): void {
  const iceberg = tables.find(isIceberg);
  if (iceberg === undefined) return;
  throw new PipelineError('TABLE_MISMATCH', {
    message: `${iceberg.name} is an Iceberg table, and TABLE_FORMAT is hive`,
    retryable: false,
    details: { table: iceberg.name },
    hint: 'set TABLE_FORMAT=iceberg, as the service that writes it has it',
  });
}
