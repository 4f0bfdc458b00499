import type { Turns } from '../../../runtime/turns.ts';
import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';
import { writeJsonValues } from '../../columns/rescue/json-writer.ts';
import { sharedStrings, startsOf } from '../../columns/rescue/shared-strings.ts';
import type { JsonValues } from '../../ports/json-values.ts';

/** Makes strings of the column's values: each as the JSON that `writeJson` makes of it. Lets the event loop turn meanwhile. */
export async function jsonStrings(column: DecodedColumn, values: JsonValues, turns: Turns): Promise<DecodedColumn> {
  const { bytes, ends } = await writeJsonValues(values, column.count, turns);
  return { ...column, store: sharedStrings({ bytes, starts: startsOf(ends), ends }) };
}
