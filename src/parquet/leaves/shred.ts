import { aroundElement, aroundField, aroundKey, aroundValue, type Levels } from '../../kernel/levels.ts';
import { unscaledOf } from '../../schema/values/scalar-values.ts';
import { DictionaryBuilder } from '../../consumer/ports/dictionary-builder.ts';
import { unreachable } from '../../runtime/errors.ts';
import type { Turns } from '../../runtime/turns.ts';
import { msPerDay } from '../../runtime/duration.ts';
import { weightOf } from '../../schema/types/type-weight.ts';
import type { ColumnType, LeafType } from '../../schema/types/column-type.ts';
import { ByteWriter } from '../byte-writer.ts';
import { GrowingArray, newDoubles, newInt32s } from '../../runtime/growing-array.ts';
import type { LeafColumn } from './leaf-column.ts';
import { bigints, numbersOf, type LeafValues } from './leaf-values.ts';

/** A column whose values are JavaScript values. */
interface NestedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly valueAt: (row: number) => unknown;
  readonly validity: Uint8Array | undefined;
}

/** Rows `[first, end)`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Work on one entry of a leaf, in bytes. */
const entryBytes = 8;

/** Takes a type's values in the order of the rows; `definition` counts the types around it that have a value. */
interface Shredder {
  /** Adds a value; `null` and `undefined` stand for none. */
  add(value: unknown, definition: number, repetition: number): void;
  leaves(): LeafColumn[];
}

/** Shreds arrays, maps and structs into leaves, with the levels from which readers put them together again. */
export async function shred(
  { name, type, valueAt, validity }: NestedColumn,
  { first, end }: RowRange,
  turns: Turns,
): Promise<LeafColumn[]> {
  const rowBytes = entryBytes * weightOf(type).leaves;
  const shredder = shredderOf(type, { path: [name], definition: 0, repetition: 0 });
  for (let row = first; row < end; row++) {
    shredder.add(validity?.[row] === 0 ? null : valueAt(row), 0, 0);
    if (turns.areDueAfter(rowBytes)) await turns.next();
  }
  return shredder.leaves();
}

function shredderOf(type: ColumnType, levels: Levels): Shredder {
  switch (type.kind) {
    case 'struct':
      return structShredder(type.fields, levels);
    case 'array':
      return arrayShredder(type.element, levels);
    case 'map':
      return mapShredder(type.value, levels);
    default:
      return leafShredder(type, levels);
  }
}

function structShredder(fields: Extract<ColumnType, { kind: 'struct' }>['fields'], levels: Levels): Shredder {
  const members = fields.map(({ name, type }) => ({ name, shredder: shredderOf(type, aroundField(levels, name)) }));
  return {
    add: (value, defined, repeated) => {
      const isThere = value !== null && value !== undefined;
      // a missing struct has no members, not those of an object's prototype
      const struct: Readonly<Record<string, unknown>> | undefined = isThere ? Object(value) : undefined;
      for (const { name, shredder } of members) shredder.add(struct?.[name], isThere ? defined + 1 : defined, repeated);
    },
    leaves: () => members.flatMap(({ shredder }) => shredder.leaves()),
  };
}

function arrayShredder(element: ColumnType, levels: Levels): Shredder {
  const { repetition } = levels;
  const elements = shredderOf(element, aroundElement(levels));
  return {
    add: (value, defined, repeated) => {
      if (!Array.isArray(value)) elements.add(null, defined, repeated);
      else if (value.length === 0) elements.add(null, defined + 1, repeated);
      for (let index = 0; Array.isArray(value) && index < value.length; index++)
        elements.add(value[index], defined + 2, index === 0 ? repeated : repetition + 1);
    },
    leaves: () => elements.leaves(),
  };
}

function mapShredder(type: ColumnType, levels: Levels): Shredder {
  const { repetition } = levels;
  const keys = leafShredder({ kind: 'string' }, aroundKey(levels));
  const values = shredderOf(type, aroundValue(levels));
  const add = (key: unknown, value: unknown, defined: number, repeated: number): void => {
    keys.add(key, defined, repeated);
    values.add(value, defined, repeated);
  };
  return {
    add: (map, defined, repeated) => {
      if (!(map instanceof Map)) return add(null, null, defined, repeated);
      if (map.size === 0) return add(null, null, defined + 1, repeated);
      let level = repeated;
      for (const [key, value] of map) {
        add(key, value, defined + 2, level);
        level = repetition + 1;
      }
    },
    leaves: () => [...keys.leaves(), ...values.leaves()],
  };
}

function leafShredder(type: LeafType, { path, definition, repetition }: Levels): Shredder {
  const definitions = new ByteWriter();
  const repetitions = new ByteWriter();
  const values = collectorOf(type);
  const definitionMax = definition + 1;
  return {
    add: (value, defined, repeated) => {
      const isThere = value !== null && value !== undefined;
      definitions.byte(isThere ? definitionMax : defined);
      if (repetition > 0) repetitions.byte(repeated);
      if (isThere) values.add(value);
    },
    leaves: () => [
      {
        path,
        type,
        entries: definitions.length,
        definitionMax,
        definitions: definitions.finish(),
        repetitionMax: repetition,
        ...(repetition > 0 && { repetitions: repetitions.finish() }),
        values: values.finish(),
      },
    ],
  };
}

interface Collector {
  add(value: unknown): void;
  finish(): LeafValues;
}

function collectorOf(type: LeafType): Collector {
  switch (type.kind) {
    case 'double':
    case 'float':
    case 'int':
    case 'smallint':
    case 'tinyint':
    case 'boolean':
      return numbers(type, Number);
    case 'date':
      return numbers(type, dayOf);
    case 'timestamp':
      return numbers(type, timeOf);
    case 'bigint':
      return integers((value) => (typeof value === 'bigint' ? value : BigInt(Number(value))));
    case 'decimal':
      return integers((value) => unscaledOf(Number(value), type.scale) ?? 0n);
    case 'string':
      return strings();
    case 'binary':
      throw new RangeError('JSON has no value of type binary');
    default:
      return unreachable(type);
  }
}

function timeOf(value: unknown): number {
  return value instanceof Date ? value.getTime() : Number(value);
}

function dayOf(value: unknown): number {
  return Math.floor(timeOf(value) / msPerDay);
}

function numbers(type: LeafType, read: (value: unknown) => number): Collector {
  const values = new GrowingArray(newDoubles);
  return { add: (value) => values.push(read(value)), finish: () => numbersOf(type, values.finish()) };
}

function integers(read: (value: unknown) => bigint): Collector {
  const values: bigint[] = [];
  return { add: (value) => values.push(read(value)), finish: () => bigints(BigInt64Array.from(values)) };
}

function strings(): Collector {
  const ids = new GrowingArray(newInt32s);
  const dictionary = new DictionaryBuilder();
  return {
    add: (value) => ids.push(dictionary.idOf(String(value))),
    finish: () => ({ kind: 'strings', ids: ids.finish(), dictionary: dictionary.finish() }),
  };
}
