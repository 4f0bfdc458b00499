import type { Turns } from '../../../runtime/turns.ts';
import { isBeyondDouble, writeJson } from '../../../schema/json/exact-json.ts';
import { pointerTo } from '../../../schema/json/json-pointer.ts';
import { fieldOfRow, jsonValue, rowOf, type DecodedColumn } from '../../columns/builders/decoded-column.ts';
import type { RescuedValues } from '../../columns/rescue/rescued-values.ts';
import { valueBytes } from './value-work.ts';

/** Rescues all values of the columns: row by row, those of a row in the order of the columns. Lets the event loop turn meanwhile. */
export async function rescueColumns(
  columns: readonly DecodedColumn[],
  rescued: RescuedValues,
  turns: Turns,
): Promise<void> {
  const writers = columns.map((column) => writerOf(column, rescued));
  const { rows, columnOf, indexOf } = byRow(columns);
  for (let at = 0; at < rows.length; at++) {
    writers[columnOf[at] ?? 0]?.(rows[at] ?? 0, indexOf[at] ?? 0);
    if (turns.areDueAfter(valueBytes)) await turns.next();
  }
}

/** Values of columns in the order of their rows: the row of each, its column, and its index there. */
interface OrderedValues {
  readonly rows: Int32Array;
  readonly columnOf: Int32Array;
  readonly indexOf: Int32Array;
}

function byRow(columns: readonly DecodedColumn[]): OrderedValues {
  const nextOf = firstsOfRows(columns);
  const count = nextOf.at(-1) ?? 0;
  const rows = new Int32Array(count);
  const columnOf = new Int32Array(count);
  const indexOf = new Int32Array(count);
  for (const [at, column] of columns.entries())
    for (let index = 0; index < column.count; index++) {
      const row = rowOf(column, index);
      const to = nextOf[row] ?? 0;
      nextOf[row] = to + 1;
      rows[to] = row;
      columnOf[to] = at;
      indexOf[to] = index;
    }
  return { rows, columnOf, indexOf };
}

/** Finds where the values of each row begin, and at last where all end. */
function firstsOfRows(columns: readonly DecodedColumn[]): Int32Array {
  const rowsEnd = columns.reduce((end, column) => Math.max(end, rowOf(column, column.count - 1) + 1), 0);
  const firsts = new Int32Array(rowsEnd + 1);
  for (const column of columns)
    for (let index = 0; index < column.count; index++) {
      const behind = rowOf(column, index) + 1;
      firsts[behind] = (firsts[behind] ?? 0) + 1;
    }
  for (let row = 0; row < rowsEnd; row++) firsts[row + 1] = (firsts[row + 1] ?? 0) + (firsts[row] ?? 0);
  return firsts;
}

/** Gives what a member begins with in each row: the JSON Pointer of its field, and a colon. */
function memberKeys(column: DecodedColumn): (row: number) => Buffer {
  let field = column.field;
  let key = keyOf(field);
  if (column.otherFields === undefined) return () => key;
  return (row) => {
    const fieldHere = fieldOfRow(column, row);
    if (fieldHere !== field) {
      field = fieldHere;
      key = keyOf(field);
    }
    return key;
  };
}

function keyOf(field: string): Buffer {
  return Buffer.from(`${JSON.stringify(pointerTo('', field))}:`);
}

/** Adds the value of that index and row to the rescued ones. */
type ValueWriter = (row: number, index: number) => void;

function writerOf(column: DecodedColumn, rescued: RescuedValues): ValueWriter {
  const { store, observed } = column;
  const keyAt = memberKeys(column);
  if (store.kind === 'strings' && observed.form !== 'exact') {
    const { bytes, starts, ends } = store.dictionary;
    return (row, index) => {
      const id = store.ids[index] ?? 0;
      rescued.addString(row, keyAt(row), bytes, { start: starts[id] ?? 0, end: ends[id] ?? 0 });
    };
  }
  if (store.kind === 'numbers' && observed.form === 'plain' && observed.type.kind === 'double')
    return (row, index) => rescued.addWritten(row, keyAt(row), numberText(store.values[index] ?? 0));
  if (store.kind === 'nested') {
    const { values } = store;
    return (row, index) => rescued.addJson(row, keyAt(row), values, index);
  }
  return (row, index) => rescued.addWritten(row, keyAt(row), writeJson(jsonValue(column, index)));
}

function numberText(value: number): string {
  return isBeyondDouble(value) || Object.is(value, -0) ? writeJson(value) : String(value);
}
