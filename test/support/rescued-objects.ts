import { jsonValue, rowOf } from '../../src/consumer/columns/builders/decoded-column.ts';
import type { RescuedValues } from '../../src/consumer/columns/rescue/rescued-values.ts';

/** Rows that have rescued values, with the JSON object of each. */
export function rescuedObjects(rescued: RescuedValues): (readonly [row: number, json: string])[] {
  const column = rescued.column();
  return Array.from({ length: column.count }, (_, index) => [rowOf(column, index), String(jsonValue(column, index))]);
}
