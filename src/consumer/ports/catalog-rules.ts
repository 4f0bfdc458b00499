import { PipelineError } from '../../runtime/errors.ts';
import { formatType } from '../../schema/types/hive-ddl.ts';
import type { CatalogPartition, CatalogTable, NewPartition, TableDefinition, TableGrowth } from './lake.ts';

/** The parameter that tells a table of ours without records of a topic: what it holds instead. */
export const kindParameter = 'glueless.kind';

/** What the name of a table of hours has behind that of its table of records. */
export const hoursSuffix = '_hours';

const nameLengthMax = 255;
/** Source: https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html */
const typeLengthMax = 131_072;

/** Throws CATALOG_INVALID for a table that Glue or Athena would refuse, or take and not be able to read. */
export function checkDefinition({ name, columns, partitionKeys, location }: TableDefinition): void {
  const names = [...columns, ...partitionKeys].map((column) => column.name);
  for (const each of [name, ...names]) {
    if (each === '' || each.length > nameLengthMax)
      throw invalid(name, `the name ${JSON.stringify(each)} must have 1 to ${nameLengthMax} characters`);
    if (each !== each.toLowerCase()) throw invalid(name, `the name ${JSON.stringify(each)} must be lower case`);
  }
  const doubled = names.find((each, index) => names.indexOf(each) !== index);
  if (doubled !== undefined) throw invalid(name, `the column ${JSON.stringify(doubled)} is there twice`);
  const long = columns.find(({ type }) => formatType(type).length > typeLengthMax);
  if (long !== undefined)
    throw invalid(
      name,
      `the type of the column ${JSON.stringify(long.name)} has more than ${typeLengthMax} characters`,
    );
  if (columns.length === 0) throw invalid(name, 'a table needs a column');
  if (!location.endsWith('/')) throw invalid(name, `the location ${location} must end in a slash`);
}

/** Gives a table's parameters as the change makes them. */
export function changedParameters(
  before: Readonly<Record<string, string>>,
  { parameters, removeParameters = [] }: Pick<TableGrowth, 'parameters' | 'removeParameters'>,
): Record<string, string> {
  const all = Object.entries({ ...before, ...parameters });
  return Object.fromEntries(all.filter(([name]) => !removeParameters.includes(name)));
}

/** Throws CATALOG_INVALID when the values don't fit the table's partition keys. */
export function checkPartition({ name, partitionKeys }: CatalogTable, { values, location }: CatalogPartition): void {
  if (values.length !== partitionKeys.length) {
    throw invalid(name, `a partition has ${values.length} values, the table ${partitionKeys.length} partition keys`);
  }
  if (values.some((value) => value === '')) throw invalid(name, 'a partition value must not be empty');
  if (!location.endsWith('/')) throw invalid(name, `the partition's location ${location} must end in a slash`);
}

/**
 * Finds a column that a partition knows by another type than the table: a struct with fewer fields. What is new in it would be read as
 * null there for ever.
 */
export function outdatedColumn(
  { columns }: Pick<CatalogTable, 'columns'>,
  types: ReadonlyMap<string, string>,
): { readonly name: string; readonly present: string; readonly expected: string } | undefined {
  for (const { name, type } of columns) {
    const expected = formatType(type);
    const present = types.get(name) ?? expected;
    if (present !== expected) return { name, present, expected };
  }
  return undefined;
}

/** True for two URIs of one folder, however engines write them. */
export function isSameLocation(a: string, b: string): boolean {
  return plainFolder(a) === plainFolder(b);
}

/** The URI without the slash at its end; engines write `s3a:` and `s3n:` for the same store. With another slash it is another folder: S3 has nothing of this one there. */
export function plainFolder(uri: string): string {
  return uri.replace(/\/$/, '').replace(/^s3[an]:/, 's3:');
}

/** Where a registered partition stays when it is added again; `undefined` for a location where nobody would see what is written. */
export function rightPlace(
  { location, movedTo }: Pick<NewPartition, 'location' | 'movedTo'>,
  present: string,
): string | undefined {
  return [location, movedTo].find((right) => right !== undefined && isSameLocation(right, present));
}

/** What a change of a table rejects with that others came before each time that it was tried. */
export function changedByOthers(table: string, times: number): PipelineError {
  return new PipelineError('CATALOG_CONTENDED', {
    message: `the table ${table} was changed by others ${times} times in a row`,
    retryable: true,
    details: { table },
  });
}

/** What a catalog says of a partition that is registered, but not where it is about to be written. */
export function elsewhere(
  table: string,
  { values, location, present }: CatalogPartition & { readonly present: string },
): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `the partition ${values.join('/')} of the table ${table} is registered at ${present}, its objects are written to ${location}: nobody would see them`,
    retryable: false,
    details: { table, values },
    hint: 'set LAKE to where the table lies, or drop the partition from the catalog and start again',
  });
}

function invalid(table: string, what: string): PipelineError {
  return new PipelineError('CATALOG_INVALID', {
    message: `table ${table}: ${what}`,
    retryable: false,
    details: { table },
  });
}
