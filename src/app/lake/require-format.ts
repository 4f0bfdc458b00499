import { hoursSuffix, kindParameter } from '../../consumer/ports/catalog-rules.ts';
import { isIceberg, type CatalogTable } from '../../consumer/ports/lake.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from './lake.ts';

/**
 * Rejects with TABLE_MISMATCH when the table is one of Iceberg and the configuration takes it for one of Hive, or when it is one of hours: its files are of
 * no ledger.
 */
export async function requireFormat({ plainCatalog }: Lake, { table }: Pick<Settings, 'table'>): Promise<void> {
  const { format, name } = table;
  if (format !== 'hive' && !name.endsWith(hoursSuffix)) return;
  const found = await plainCatalog.load(name);
  if (found?.parameters[kindParameter] !== undefined) throw ofHours(name);
  if (found !== undefined && format === 'hive') requireHive([found]);
}

function ofHours(name: string): PipelineError {
  const records = name.slice(0, -hoursSuffix.length);
  return new PipelineError('TABLE_MISMATCH', {
    message: `${name} is the table of hours of ${records}: a row for each change of an hour, in files that no ledger lists`,
    retryable: false,
    details: { table: name },
    hint: `leave its files where they are; the hours are counted in the ledger of ${records}: set LAKE_TABLE=${records}, and \`glueless verify\` audits that, while \`glueless hours\` prints what the row of the highest revision says of each hour`,
  });
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
