import { isDeepStrictEqual } from 'node:util';
import type { DecodedBatch } from '../../src/consumer/columns/decode-batch.ts';
import type { JsonValues } from '../../src/consumer/ports/json-values.ts';
import {
  fieldOfRow,
  jsonValue,
  rowOf,
  type DecodedColumn,
} from '../../src/consumer/columns/builders/decoded-column.ts';
import { rescuedObjects } from './rescued-objects.ts';

/** Says where the second batch says something else than the first; nothing when they are equal. */
export function differenceOf(one: DecodedBatch, other: DecodedBatch): string | undefined {
  const [{ columns, rejects, rescued, reading: _, [Symbol.dispose]: _end, ...rest }, second] = [one, other];
  for (const [name, value] of Object.entries(rest)) {
    const found: unknown = Reflect.get(second, name);
    if (!isDeepStrictEqual(value, found)) return differing(name, value, found);
  }
  const [left, right] = [rejectsOf(one), rejectsOf(other)];
  const at = left.findIndex((reject, index) => !isDeepStrictEqual(reject, right[index]));
  if (at >= 0 || rejects.length !== right.length)
    return differing('rejects', left[at], right[at < 0 ? left.length : at]);
  const [rescuedHere, rescuedThere] = [rescuedObjects(rescued), rescuedObjects(second.rescued)];
  const row = rescuedHere.findIndex((each, index) => !isDeepStrictEqual(each, rescuedThere[index]));
  if (row >= 0 || rescuedHere.length !== rescuedThere.length)
    return differing('rescued', rescuedHere[row], rescuedThere[row < 0 ? rescuedHere.length : row]);
  return columnsDifference(columns, second.columns);
}

function columnsDifference(one: readonly DecodedColumn[], other: readonly DecodedColumn[]): string | undefined {
  const [names, others] = [one.map(nameOf), other.map(nameOf)];
  if (!isDeepStrictEqual(names, others)) return differing('columns', names, others);
  for (const [index, column] of one.entries()) {
    const second = other[index];
    const difference = second && columnDifference(column, second);
    if (difference !== undefined) return `column ${column.name}: ${difference}`;
  }
  return undefined;
}

function nameOf({ name, observed }: DecodedColumn): string {
  return `${name} ${observed.form}`;
}

function columnDifference(one: DecodedColumn, other: DecodedColumn): string | undefined {
  for (const part of ['field', 'observed', 'count'] as const)
    if (!isDeepStrictEqual(one[part], other[part])) return differing(part, one[part], other[part]);
  const isRead = isSameText(one, other);
  for (let index = 0; index < one.count; index++) {
    const [field, otherField] = [fieldAt(one, index), fieldAt(other, index)];
    if (field !== otherField) return differing(`field of value ${index}`, field, otherField);
    if (isRead(index)) continue;
    const [row, otherRow] = [rowOf(one, index), rowOf(other, index)];
    if (row !== otherRow) return differing(`row of value ${index}`, row, otherRow);
    const [value, otherValue] = [jsonValue(one, index), jsonValue(other, index)];
    const isSame = typeof value === 'object' ? isDeepStrictEqual(value, otherValue) : Object.is(value, otherValue);
    if (!isSame) return differing(`row ${row}`, value, otherValue);
  }
  return undefined;
}

/** Gives the field that the column's value came from; of rows without a value it says nothing. */
function fieldAt(column: DecodedColumn, index: number): string {
  return fieldOfRow(column, rowOf(column, index));
}

/** Tells values whose JSON is the same from those that must be read. */
function isSameText(one: DecodedColumn, other: DecodedColumn): (index: number) => boolean {
  const [left, right] = [one.store, other.store];
  if (left.kind !== 'nested' || right.kind !== 'nested') return () => false;
  const [values, others] = [left.values, right.values];
  return (index) => rowOf(one, index) === rowOf(other, index) && bytesOf(values, index).equals(bytesOf(others, index));
}

function bytesOf(values: JsonValues, index: number): Buffer {
  return values.sourceAt(index)?.subarray(values.startAt(index), values.endAt(index)) ?? Buffer.alloc(0);
}

function rejectsOf({ rejects }: DecodedBatch): unknown[] {
  return rejects.map(({ chunk, index, reason, detail }) => ({ from: chunk.from, index, reason, detail }));
}

const shownMax = 300;

function differing(what: string, one: unknown, other: unknown): string {
  return `${what}: ${shown(one)} against ${shown(other)}`;
}

function shown(value: unknown): string {
  const text =
    JSON.stringify(value, (_key, each: unknown) =>
      typeof each === 'bigint' ? `${each}n` : Object.is(each, -0) ? '-0' : each,
    ) ?? 'nothing';
  return text.length > shownMax ? `${text.slice(0, shownMax)}… (${text.length})` : text;
}
