import { crc32 } from 'node:zlib';
import { memoize } from '../../runtime/memo.ts';

const lengthMax = 255;

/** Most field names remembered: the same ones come with every record. */
const knownMax = 10_000;
const knownName = memoize(toColumnName, knownMax);

/**
 * Makes a field's column name: lower case as Glue stores it. What Athena takes in no name is written otherwise: ASCII but letters, digits and
 * `_` as `_`, since dots and blanks break queries and Parquet paths; any other character as `u` and its code point, so that
 * `größe` (`gr_u00f6_u00df_e`) and `grüße` stay apart. A name that is too long becomes its beginning and a checksum of the whole.
 */
export function columnName(field: string): string {
  return field.length > lengthMax ? toColumnName(field) : knownName(field);
}

/** A column name of more characters may be that of a field whose name was too long: so many of its characters are kept, before a checksum. */
export const cutLength = 200;

/**
 * Makes what a rule knows a field by: its column name. The one of a field whose name is too long counts upper and lower case, by its checksum; this
 * does not.
 */
export function fieldKey(field: string): string {
  const name = columnName(field);
  return name.length > cutLength ? columnName(field.normalize('NFC').toLowerCase()) : name;
}

/** A name that is its own column name. */
const plainName = /^(?!__proto__$)[a-z0-9_]{1,200}$/;

function toColumnName(field: string): string {
  if (plainName.test(field)) return field;
  const whole = field.normalize('NFC').toLowerCase();
  // of a name that is too long, only the beginning is written
  const lower = whole.slice(0, 2 * lengthMax);
  // oxlint-disable-next-line no-control-regex
  const ascii = lower.replaceAll(/[^\u0000-\u007f]+/gu, (run, at: number) => {
    const isEnd = at + run.length === lower.length;
    return `${at === 0 ? '' : '_'}${codePoints(run)}${isEnd ? '' : '_'}`;
  });
  const name = ascii.replaceAll(/[^a-z0-9_]/g, '_');
  if (name === '') return '_';
  // libraries of JavaScript that set this property of a row set its prototype
  if (name === '__proto__') return name + reservedSuffix;
  if (name.length <= nameLengthMax) return name;
  const checksum = crc32(field).toString(16).padStart(8, '0');
  return `${name.slice(0, cutLength)}_${checksum}`;
}

/** Writes `名前` as `u540d_u524d`. */
function codePoints(text: string): string {
  return Array.from(text, (character) => `u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`).join('_');
}

/** Appended to the name of a field that the table needs for itself. */
export const reservedSuffix = '_field';

/** A longer name is its beginning and a checksum of the whole: with the suffix none is longer than Glue takes. */
export const nameLengthMax = lengthMax - reservedSuffix.length;

/** Holds values that found no column: a JSON object, whose keys are JSON Pointers. */
export const rescuedColumn = '_rescued';
