import { isUtf8 } from 'node:buffer';
import type { TableColumn } from '../../ports/columnar-table.ts';
import { DictionaryBuilder } from '../../ports/dictionary-builder.ts';

/** A column of strings, null where there is none. */
export function stringColumn(values: readonly (string | undefined)[]): Pick<TableColumn, 'data' | 'validity'> {
  const dictionary = new DictionaryBuilder();
  const ids = Int32Array.from(values, (value) => dictionary.idOf(value ?? ''));
  return {
    data: { kind: 'string', ids, dictionary: dictionary.finish() },
    validity: Uint8Array.from(values, (value) => (value === undefined ? 0 : 1)),
  };
}

/** The bytes as a string, when they are UTF-8. */
export function utf8Of(bytes: Buffer | undefined): string | undefined {
  return bytes !== undefined && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** The bytes in Base64, when they are no UTF-8. */
export function base64Of(bytes: Buffer | undefined): string | undefined {
  return bytes === undefined || isUtf8(bytes) ? undefined : bytes.toString('base64');
}
