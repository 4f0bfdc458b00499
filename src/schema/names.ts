import { crc32 } from 'node:zlib';

const lengthMax = 255;

/** Names of fields come again with every record. */
const namesMax = 10_000;
const known = new Map<string, string>();

/**
 * A field's column name: lower case as Glue stores it, everything but letters, digits and `_` replaced by `_`, since
 * dots and blanks break queries and Parquet paths. Too long a name keeps its beginning and a checksum of the whole.
 */
export function columnName(field: string): string {
  const present = known.get(field);
  if (present !== undefined) return present;
  const name = toColumnName(field);
  if (known.size < namesMax) known.set(field, name);
  return name;
}

function toColumnName(field: string): string {
  const name = field.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
  if (name === '') return '_';
  if (name.length <= lengthMax - reservedSuffix.length) return name;
  const checksum = crc32(field).toString(16).padStart(8, '0');
  return `${name.slice(0, 200)}_${checksum}`;
}

/** Appended to a field whose name the table needs for itself. */
export const reservedSuffix = '_field';

/** Values that found no column, as a JSON object by path. */
export const rescuedColumn = '_rescued';
