import { pointerTo } from '../../../schema/json/json-pointer.ts';
import { isMapLike } from '../../../schema/growth/evolution.ts';
import { fitsWhole, isPlainObject } from '../../../schema/values/fits-whole.ts';
import { mergeTypes } from '../../../schema/merge/merge-types.ts';
import { observe, observeField, type Observed, type ObserveRules } from '../../../schema/infer/observe.ts';
import { isNested, type ColumnType } from '../../../schema/types/column-type.ts';
import { fitScalar, unfit } from '../../../schema/values/scalar-values.ts';
import type { BatchSpace } from '../builders/batch-space.ts';
import { ColumnBuilder } from '../builders/column-builder.ts';
import type { DecodedColumn } from '../builders/decoded-column.ts';
import { valueInside, type EventTimeField } from '../times/event-time.ts';
import { columnOfField, type FieldRules } from './field-rules.ts';
import { newFieldState, type FieldState } from '../builders/field-state.ts';
import { areDigitsApart, areEmptiesApart, numberRuleOf } from '../builders/known-type.ts';
import { RescuedValues } from '../rescue/rescued-values.ts';

export interface RowRules extends ObserveRules {
  readonly fields: FieldRules;
  /** Different columns of one batch; fields beyond are rescued. */
  readonly columnsMax: number;
  /** Names the table needs for itself. */
  readonly reserved: ReadonlySet<string>;
  /** The type a column of that name has, or will have by a hint. */
  readonly knownType: (name: string) => ColumnType | undefined;
  /** Tells of which names fields may have columns: values of others are rescued; left out: all. */
  readonly mayHaveColumn?: (name: string) => boolean;
}

/** A column that begins later, or after so many others, is taken for a rare one: its arrays grow with its values. */
const commonRows = 64;
const commonColumns = 100;

/** Adds rows to columns keyed by (field, type). */
export class RowReader {
  readonly #rules: RowRules;
  readonly #eventTime: EventTimeField;
  readonly #space: BatchSpace;
  readonly #fields = new Map<string, FieldState>();
  readonly #builders = new Map<string, ColumnBuilder>();
  /** Column names of the builders. */
  readonly #names = new Set<string>();
  readonly rescued = new RescuedValues();

  constructor(rules: RowRules, eventTime: EventTimeField, space: BatchSpace) {
    this.#rules = rules;
    this.#eventTime = eventTime;
    this.#space = space;
  }

  /** How types are inferred. */
  get rules(): ObserveRules {
    return this.#rules;
  }

  /** Adds the record's values; answers with its event time in milliseconds, NaN when it has none. */
  read(row: number, record: object): number {
    const { name: eventTimeName, path, read } = this.#eventTime;
    let eventMs = path === undefined ? Number.NaN : read(valueInside(record, path));
    for (const [field, value] of Object.entries(record)) {
      if (value === null) continue;
      if (field === eventTimeName) eventMs = read(value);
      if (this.isBeyond(field)) {
        this.rescued.add(row, pointerTo('', field), value);
        continue;
      }
      const state = this.stateOf(field);
      if (state !== undefined) this.add(row, state, value);
    }
    return eventMs;
  }

  /** Adds one value; answers with the column that has got it. It is rescued when there is none. */
  add(row: number, state: FieldState, value: unknown): ColumnBuilder | undefined {
    if (value === null) return undefined;
    const to = this.#add(row, state, value);
    if (to === undefined) this.rescued.add(row, pointerTo('', state.field), value);
    return to;
  }

  /** Makes the column of a number, string or boolean that is added later, in its row, with others of the field. */
  open(row: number, state: FieldState, value: unknown): void {
    const observed = this.#observe(value, state);
    if (observed !== undefined) this.#columnFor(row, state, observed);
  }

  /** How many more columns the batch may have. */
  get columnsLeft(): number {
    return this.#rules.columnsMax - this.#builders.size;
  }

  /** Bytes of the values that arrays and structs have been shredded into. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { leaves } of this.#builders.values()) bytes += leaves?.heldBytes ?? 0;
    return bytes;
  }

  finish(): DecodedColumn[] {
    return [...this.#builders.values()].map((builder) => builder.finish());
  }

  /** Gives the state of a field, `undefined` for a denied one. */
  stateOf(field: string): FieldState | undefined {
    const present = this.#fields.get(field);
    if (present !== undefined) return present;
    const name = this.#nameOf(field);
    if (name === undefined) return undefined;
    const state = newFieldState(field, name, this.#rules.knownType(name));
    if (this.#fields.size < this.#rules.columnsMax * 2) this.#fields.set(field, state);
    return state;
  }

  /** Gives the field's column name, `undefined` for a denied field. */
  #nameOf(field: string): string | undefined {
    return columnOfField(field, this.#rules.fields, this.#rules.reserved);
  }

  isDenied(field: string): boolean {
    return this.#nameOf(field) === undefined;
  }

  /** Tells, without a look at its values, that a new field has no column and can get none: there may be any number of such fields. */
  isBeyond(field: string): boolean {
    const { columnsMax, mayHaveColumn } = this.#rules;
    const hasRoom = this.#builders.size < columnsMax;
    if ((hasRoom && mayHaveColumn === undefined) || this.#fields.has(field)) return false;
    const name = this.#nameOf(field);
    if (name === undefined || this.#names.has(name)) return false;
    return !hasRoom || mayHaveColumn?.(name) === false;
  }

  #add(row: number, state: FieldState, value: unknown): ColumnBuilder | undefined {
    const { known, fastPath } = state;
    if (known !== undefined && fastPath !== undefined) {
      const cell = fitScalar(value, known);
      if (cell !== unfit) return noteTime(push(fastPath, row, state, cell), value);
    }
    return this.#addObserved(row, state, value);
  }

  #addObserved(row: number, state: FieldState, value: unknown): ColumnBuilder | undefined {
    if (state.mapLike !== undefined && isPlainObject(value)) {
      state.mapLike.markPartial();
      return push(state.mapLike, row, state, value);
    }
    const observed = this.#observe(value, state);
    if (observed === undefined) return undefined;
    const builder = this.#columnFor(row, state, observed);
    if (observed.form === 'plain' && isNested(observed.type)) setNested(state, builder, value);
    if (observed.form === 'empty-array' || observed.form === 'empty-struct') this.#setEmpties(state, builder, value);
    if (observed.form === 'json') state.untyped = builder;
    return builder && noteTime(push(builder, row, state, cellOf(value, observed)), value);
  }

  #columnFor(row: number, state: FieldState, observed: Observed): ColumnBuilder | undefined {
    const builder = this.#builderOf(row, state, observed);
    if (observed.form === 'exact' && areDigitsApart(state.known)) state.digits = builder;
    if (observed.form !== 'plain') return builder;
    if (observed.type === state.known && !isNested(observed.type)) state.fastPath = builder;
    this.#setColumnOfKind(state, observed.type, builder);
    return builder;
  }

  /** Sets the column of values like this one, if it is nothing but `[]` or `{}`, or all go there that tell no type. */
  #setEmpties(state: FieldState, builder: ColumnBuilder | undefined, value: unknown): void {
    if (Array.isArray(value)) {
      if (value.length === 0) state.emptyArrays = builder;
    } else if (areEmptiesApart(state.known) || Object.keys(Object(value)).length === 0) state.emptyObjects = builder;
  }

  #observe(value: unknown, { name, known }: FieldState): Observed | undefined {
    if (typeof value !== 'object') return observe(value, known, this.#rules);
    return observeField(value, { name, known, typeOf: this.#rules.knownType }, this.#rules);
  }

  #setColumnOfKind(state: FieldState, { kind }: ColumnType, builder: ColumnBuilder | undefined): void {
    if (kind === 'string') state.strings = builder;
    else if (kind === 'timestamp') state.timestamps = builder;
    else if (kind === 'date') state.dates = builder;
    else if (kind === 'boolean') state.booleans = builder;
    else if (kind === 'double' || kind === 'bigint') this.#setColumnOfNumbers(state, kind, builder);
  }

  #setColumnOfNumbers(state: FieldState, kind: 'double' | 'bigint', builder: ColumnBuilder | undefined): void {
    const rule = numberRuleOf(state.known, this.#rules);
    if (rule === 'double' && kind === 'double') state.numbers = builder;
    else if (rule === 'split' && kind === 'double') state.fractions = builder;
    else if (rule === 'split') state.integers = builder;
  }

  #builderOf(row: number, state: FieldState, observed: Observed): ColumnBuilder | undefined {
    const key = keyOf(observed);
    let builder = state.builders.get(key);
    if (builder === undefined) {
      const id = `${key} ${state.name}`;
      builder = this.#builders.get(id);
      if (builder === undefined) {
        if (this.#builders.size >= this.#rules.columnsMax) return undefined;
        const isRare = row >= commonRows || this.#builders.size >= commonColumns;
        const whole = withKnown(observed, state.known, this.#rules);
        builder = new ColumnBuilder({ ...state, observed: whole }, { isRare, ...this.#space });
        this.#builders.set(id, builder);
        this.#names.add(state.name);
      }
      state.builders.set(key, builder);
    }
    if (observed.form === 'plain' && builder.observed.form === 'plain' && builder.observed.type !== observed.type) {
      const merged = mergeTypes(builder.observed.type, observed.type, this.#rules);
      if (merged !== undefined) builder.widen(merged);
    }
    return builder;
  }
}

/** Gives a struct all fields of the known one: its values are read by one type, whichever members the first one has. */
function withKnown(observed: Observed, known: ColumnType | undefined, rules: RowRules): Observed {
  if (observed.form !== 'plain' || !isNested(observed.type) || known?.kind !== observed.type.kind) return observed;
  const type = mergeTypes(known, observed.type, rules);
  return type === undefined ? observed : { form: 'plain', type };
}

/** Adds a value; answers with `undefined` when the row has one already. */
function push(builder: ColumnBuilder, row: number, { field }: FieldState, cell: unknown): ColumnBuilder | undefined {
  if (!builder.push(row, cell)) return undefined;
  builder.noteField(field, row, row + 1);
  return builder;
}

/** Notes the text of a value that was added to the column, if it is one of times. */
function noteTime(builder: ColumnBuilder | undefined, value: unknown): ColumnBuilder | undefined {
  if (typeof value === 'string') builder?.noteTime(value);
  return builder;
}

/** Sets the column of arrays or structs; notes there whether the value fits its type whole. */
function setNested(state: FieldState, builder: ColumnBuilder | undefined, value: unknown): void {
  state.nested = builder;
  if (builder?.observed.form !== 'plain') return;
  const { type } = builder.observed;
  if (!fitsWhole(value, type)) builder.markPartial();
  if (state.known === undefined && type.kind === 'struct' && isMapLike(type)) state.mapLike = builder;
}

/** Identifies a column by form and type: structs of all shapes share one; arrays do when their elements do. */
function keyOf(observed: Observed): string {
  return observed.form === 'plain' ? typeKey(observed.type) : observed.form;
}

function typeKey(type: ColumnType): string {
  if (type.kind === 'array') return `array ${typeKey(type.element)}`;
  return type.kind === 'map' ? `map ${typeKey(type.value)}` : type.kind;
}

/** Gives scalars as the column stores them, everything else as it came. */
function cellOf(value: unknown, observed: Observed): unknown {
  if (observed.form !== 'plain') return value;
  const cell = fitScalar(value, observed.type);
  return cell === unfit ? value : cell;
}
