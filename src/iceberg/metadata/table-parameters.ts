import { PipelineError } from '../../runtime/errors.ts';

type Parameters = Readonly<Record<string, string>>;

/** The parameter of a catalog's table that names its format; a table of plain Parquet files has none. */
export const formatParameter = 'table_type';
const locationParameter = 'metadata_location';

/** The parameters that make a table of a Glue or Hive catalog an Iceberg table, as all engines know them. */
export function pointerParameters(location: string, previous?: string): Record<string, string> {
  return {
    [formatParameter]: 'ICEBERG',
    [locationParameter]: location,
    ...(previous !== undefined && { previous_metadata_location: previous }),
  };
}

/** Gives the location of the metadata that the table's parameters point to. Throws TABLE_MISMATCH for a table of another format. */
export function metadataLocationOf(table: string, parameters: Parameters): string {
  const format = parameters[formatParameter] ?? 'Hive';
  const location = parameters[locationParameter];
  if (format.toUpperCase() === 'ICEBERG' && location !== undefined) return location;
  throw new PipelineError('TABLE_MISMATCH', {
    message: `the table ${table} is a table of the format ${format}${location === undefined ? ' without metadata_location' : ''}, expected an Iceberg table`,
    retryable: false,
    details: { table },
    hint: 'set LAKE_TABLE to a new name, or TABLE_FORMAT to the format that the table has',
  });
}
