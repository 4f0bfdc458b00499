import { PipelineError } from '../../runtime/errors.ts';
import { adoptedByParameter } from '../table/catalog/shared-table.ts';

/** The Hive table, or a file of it, can't be adopted. */
export function mismatch(table: string, what: string, hint: string): PipelineError {
  const message = `${table} can't be adopted: it ${what}`;
  return new PipelineError('TABLE_MISMATCH', { message, retryable: false, details: { table }, hint });
}

/** The new table is not one that can have the files. */
export function unsuitable(table: string, what: string, hint = 'choose another name for the new table'): PipelineError {
  const message = `${table} can't take the files in: it ${what}`;
  return new PipelineError('TABLE_MISMATCH', { message, retryable: false, details: { table }, hint });
}

export function adoptedElsewhere(source: string, other: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `${source} can't be adopted twice: its files are those of the Iceberg table ${other}, or were about to become so (parameter ${adoptedByParameter})`,
    retryable: false,
    details: { table: source, successor: other },
    hint: `one table has its files: \`adopt --as ${other}\` ends an adoption that was interrupted; docs/iceberg.md says how ${other} is given up`,
  });
}

export function sourceMissing(table: string): PipelineError {
  return new PipelineError('TABLE_MISSING', {
    message: `there is no table ${table} in the catalog`,
    retryable: false,
    details: { table },
    hint: 'set LAKE_TABLE to the table that is to be adopted, and LAKE_DATABASE to its database',
  });
}

export function contended(table: string): PipelineError {
  return new PipelineError('CATALOG_CONTENDED', {
    message: `the table ${table} was changed by others while it was being adopted`,
    retryable: true,
    details: { table },
  });
}
