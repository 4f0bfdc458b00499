import type { Turns } from '../../runtime/turns.ts';
import { writeJson } from '../../schema/exact-json.ts';
import type { DecodedColumn } from '../columns/decoded-column.ts';
import { JsonText } from '../columns/json-text.ts';
import { sharedStrings, startsOf } from '../columns/shared-strings.ts';
import type { JsonValues } from '../ports/json-values.ts';
import { workOn } from './value-work.ts';

/** Makes strings of the column's values: each as the JSON that `writeJson` makes of it. Lets the event loop turn meanwhile. */
export async function jsonStrings(column: DecodedColumn, values: JsonValues, turns: Turns): Promise<DecodedColumn> {
  const text = new JsonText();
  const ends: number[] = [];
  for (let index = 0; index < column.count; index++) {
    const range = { start: values.startAt(index), end: values.endAt(index) };
    const source = values.sourceAt(index);
    if (source === undefined || !text.copyJson(source, range)) text.write(writeJson(values.valueAt(index)));
    ends.push(text.length);
    if (turns.areDueAfter(workOn(column, index))) await turns.next();
  }
  const bytes = text.bytes.subarray(0, text.length);
  const stringEnds = Int32Array.from(ends);
  return { ...column, store: sharedStrings({ bytes, starts: startsOf(stringEnds), ends: stringEnds }) };
}
