import type { KernelType } from '../../../kernel/kernel-type.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Observed } from '../../../schema/infer/observe.ts';
import { spellingOf } from '../../../schema/values/time-spelling.ts';
import { asLongs, toLongs } from '../../../runtime/longs.ts';
import type { ColumnType } from '../../../schema/types/column-type.ts';
import { ExactNumber } from '../../../schema/values/scalar-values.ts';
import type { BatchMemory } from './batch-memory.ts';
import type { BatchSpace } from './batch-space.ts';
import { storeKindOf, type DecodedColumn, type FieldRun, type ValueStore } from './decoded-column.ts';
import { JsonValues, type JsonRanges } from '../../ports/json-values.ts';
import { ColumnLeaves } from './column-leaves.ts';
import { ColumnStrings } from './column-strings.ts';
import type { LeftOutMembers } from '../members/left-out-members.ts';
import { PartialValues } from '../members/partial-values.ts';
import { TimeSpellings } from './time-spellings.ts';

/** Values for which a rare column has room at first. */
const rareCapacity = 64;
const growth = 4;

/** Collects the values of a column, row by row, in one of four stores, by its kind; the others stay empty. Objects for them would cost each value a call. */
export class ColumnBuilder {
  readonly name: string;
  readonly field: string;
  readonly #otherFields: FieldRun[] = [];
  #observed: Observed;
  readonly #memory: BatchMemory;
  readonly #rowsMax: number;
  #count = 0;
  #capacity: number;
  /** Row numbers, once one of the rows before had no value. */
  #rows: Int32Array | undefined;
  /** The store that has the values; numbers become longs when the first comes that no double holds. */
  #kind: ValueStore['kind'];
  /** The kinds `numbers` and `longs`: the values, 64 bits each, and how those that are times are written. */
  #numbers: Float64Array = new Float64Array(0);
  readonly #spellings: TimeSpellings;
  /** The kind `strings`: an id for each value, and the strings, for `appendIds`. */
  #ids: Int32Array = new Int32Array(0);
  readonly strings: ColumnStrings;
  /** The kind `nested`: the JSON of arrays, maps and structs, which of them do not fit the type whole, and their leaves. */
  readonly #nested: JsonValues;
  #areWhole = true;
  readonly #partial = new PartialValues();
  #leaves: ColumnLeaves | undefined;
  /** The kind `values`: decimals and binary, as they are. */
  #values: unknown[] = [];

  /** `isRare`: few of the rows will have a value. */
  constructor(
    { name, field, observed }: Pick<DecodedColumn, 'name' | 'field' | 'observed'>,
    { isRare, ...space }: BatchSpace & { readonly isRare: boolean },
  ) {
    const { rowsMax, memory } = space;
    this.strings = new ColumnStrings(space);
    this.#spellings = new TimeSpellings(memory);
    this.#memory = memory;
    this.#rowsMax = Math.max(1, rowsMax);
    this.name = name;
    this.field = field;
    this.#observed = observed;
    this.#kind = storeKindOf(observed);
    this.#capacity = isRare ? Math.min(rareCapacity, this.#rowsMax) : this.#rowsMax;
    this.#nested = new JsonValues({ memory, capacity: this.#capacity });
    if (this.#kind === 'numbers') this.#numbers = memory.float64(this.#capacity);
    if (this.#kind === 'strings') this.#ids = memory.int32(this.#capacity);
  }

  get observed(): Observed {
    return this.#observed;
  }

  /** The number of its values. */
  get count(): number {
    return this.#count;
  }

  /** Shreds arrays or structs while they are read, once `shredBy` has been called. */
  get leaves(): ColumnLeaves | undefined {
    return this.#leaves;
  }

  /** Lets its arrays or structs be shredded by a type of the kernel; answers with `undefined` when they are by another. */
  shredBy(type: KernelType, kernel: Kernel): ColumnLeaves | undefined {
    this.#leaves ??= new ColumnLeaves(
      type,
      { name: this.name, values: this.#nested, partial: this.#partial },
      { kernel, memory: this.#memory, rows: this.#capacity },
    );
    return this.#leaves.type === type ? this.#leaves : undefined;
  }

  /** Replaces the type by one that has grown: a struct with more fields. */
  widen(type: ColumnType): void {
    this.#observed = { form: 'plain', type };
  }

  /** Adds a value; answers with false when the row has one already: two fields of one record share a column name. */
  push(row: number, value: unknown): boolean {
    if (!this.#addRow(row)) return false;
    if (isLong(value)) this.#becomeLongs(this.#count - 1);
    if (this.#kind === 'numbers') this.#numbers[this.#count - 1] = Number(value);
    else if (this.#kind === 'longs')
      asLongs(this.#numbers)[this.#count - 1] = isLong(value) ? value : BigInt(Number(value));
    else if (this.#kind === 'strings') this.#ids[this.#count - 1] = this.strings.idOf(textOf(value));
    else if (this.#kind === 'nested') this.#nested.addValue(value);
    else this.#values.push(value);
    return true;
  }

  /** Notes the text of the value that was pushed last, if the column is one of times. */
  noteTime(text: string): void {
    if (this.#observed.form !== 'plain' || this.#observed.type.kind !== 'timestamp') return;
    const spelling = spellingOf(text);
    if (spelling !== 0) this.#spellings.set(this.#count - 1, [spelling], this.#capacity);
  }

  /** Notes the field that values of rows `[first, end)` came from, if it isn't the column's first one. Rows must ascend. */
  noteField(field: string, first: number, end: number): void {
    if (field === this.field) return;
    const last = this.#otherFields.at(-1);
    if (last?.field === field && last.end >= first) this.#otherFields.splice(-1, 1, { ...last, end });
    else this.#otherFields.push({ first, end, field });
  }

  /** Notes that the value which is pushed next does not fit the column's type with all its members. */
  markPartial(): void {
    this.markOthers();
    this.#partial.add(this.#count);
  }

  /** Notes so for all values from an index on. */
  markPartialFrom(index: number): void {
    this.markOthers();
    for (let at = index; at < this.#count; at++) this.#partial.add(at);
  }

  /** Notes that members of values have gone to other fields than those of their names. */
  markOthers(): void {
    this.#areWhole = false;
  }

  /** Notes values members of which have no place, by what `note` does with those that the column has. */
  noteLeftOut(members: LeftOutMembers, note: (to: PartialValues) => void): void {
    if (this.#leaves?.hasNewPlaces === true) members.noteUnknown(this.#partial);
    else note(this.#partial);
  }

  /** Adds an array or struct that fits the known type whole, by its range of bytes in a record. */
  pushJson(row: number, source: Buffer, start: number, end: number): boolean {
    if (!this.#addRow(row)) return false;
    this.#nested.add(source, start, end);
    return true;
  }

  /** Adds numbers of ascending rows, all of them behind those that have a value. `spellings`: how they are written, if they are times. */
  appendNumbers(rows: Int32Array, values: Float64Array, spellings?: Int32Array): void {
    this.#reserve(rows);
    if (spellings !== undefined) this.#spellings.set(this.#count, spellings, this.#capacity);
    this.#numbers.set(values, this.#count);
    if (this.#kind === 'longs') toLongs(this.#numbers.subarray(this.#count, this.#count + values.length));
    this.#count += rows.length;
  }

  /** Adds integers, some of which no double holds, as `appendNumbers` does. */
  appendLongs(rows: Int32Array, values: BigInt64Array): void {
    this.#reserve(rows);
    this.#becomeLongs(this.#count);
    asLongs(this.#numbers).set(values, this.#count);
    this.#count += rows.length;
  }

  /** Adds strings, or digits, by their ids, as `appendNumbers` does. */
  appendIds(rows: Int32Array, ids: Int32Array): void {
    this.#reserve(rows);
    this.#ids.set(ids, this.#count);
    this.#count += rows.length;
  }

  /** Adds arrays or structs that fit the known type whole, as `appendNumbers` does: by their positions, which are `shift` more than in `bytes`. */
  appendJson(rows: Int32Array, values: JsonRanges): void {
    this.#reserve(rows);
    this.#nested.addAll(values);
    this.#count += rows.length;
  }

  finish(): DecodedColumn {
    return {
      name: this.name,
      field: this.field,
      ...(this.#otherFields.length > 0 && { otherFields: this.#otherFields }),
      observed: this.#observed,
      count: this.#count,
      ...(this.#rows && { rows: this.#rows }),
      store: this.#store(),
    };
  }

  /** Keeps the column's integers in 64 bits from now on: a double does not tell all digits of one. `count`: so many are there. */
  #becomeLongs(count: number): void {
    if (this.#kind === 'numbers') toLongs(this.#numbers.subarray(0, count));
    this.#kind = 'longs';
  }

  #store(): ValueStore {
    switch (this.#kind) {
      case 'numbers':
        return { kind: 'numbers', values: this.#numbers, spellings: this.#spellings.finish() };
      case 'longs':
        return { kind: 'longs', values: asLongs(this.#numbers) };
      case 'strings':
        return { kind: 'strings', ids: this.#ids, dictionary: this.strings.finish() };
      case 'nested':
        return {
          kind: 'nested',
          values: this.#nested,
          areWhole: this.#areWhole,
          partial: this.#partial,
          leaves: this.#leaves?.finish(),
        };
      case 'values':
        return { kind: 'values', values: this.#values };
    }
  }

  /** Makes room for values of the rows, and notes these unless every row before the last one has a value. */
  #reserve(rows: Int32Array): void {
    if (this.#count + rows.length > this.#capacity) this.#grow(this.#count + rows.length);
    const isDense = this.#rows === undefined && rows.at(-1) === this.#count + rows.length - 1;
    if (!isDense) this.#noteRows().set(rows, this.#count);
  }

  #noteRows(): Int32Array {
    if (this.#rows !== undefined) return this.#rows;
    this.#rows = this.#memory.int32(this.#capacity);
    for (let before = 0; before < this.#count; before++) this.#rows[before] = before;
    return this.#rows;
  }

  #addRow(row: number): boolean {
    const at = this.#count;
    if (at === this.#capacity) this.#grow(at + 1);
    if (this.#rows === undefined && row !== at) {
      // the value before may be this row's too
      if (row < at) return false;
      this.#noteRows();
    }
    if (this.#rows !== undefined) {
      if (at > 0 && this.#rows[at - 1] === row) return false;
      this.#rows[at] = row;
    }
    this.#count = at + 1;
    return true;
  }

  #grow(needed: number): void {
    this.#capacity = Math.max(needed, Math.min(this.#capacity * growth, this.#rowsMax));
    if (this.#rows !== undefined) this.#rows = copyInto(this.#memory.int32(this.#capacity), this.#rows);
    if (this.#kind === 'numbers' || this.#kind === 'longs')
      this.#numbers = copyInto(this.#memory.float64(this.#capacity), this.#numbers);
    if (this.#kind === 'strings') this.#ids = copyInto(this.#memory.int32(this.#capacity), this.#ids);
  }
}

/** Tells whether a value of a bigint column is one that no double holds. */
function isLong(value: unknown): value is bigint {
  return typeof value === 'bigint' && !Number.isSafeInteger(Number(value));
}

function textOf(value: unknown): string {
  return value instanceof ExactNumber ? value.text : String(value);
}

function copyInto<Numbers extends Int32Array | Float64Array>(target: Numbers, source: Numbers): Numbers {
  target.set(source);
  return target;
}
