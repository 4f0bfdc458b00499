import type { Kernel } from '../../../kernel/kernel.ts';
import { openBrace } from '../../../schema/json/json-bytes.ts';
import { pointerTo } from '../../../schema/json/json-pointer.ts';
import type { ColumnBuilder } from '../builders/column-builder.ts';
import { EntryValues } from './entry-values.ts';
import { flatKindsOf } from '../builders/field-state.ts';
import * as bits from '../builders/kind-bits.ts';
import { areMembersElsewhere, type NestedTarget } from './nested-targets.ts';
import type { LeftOutMembers } from '../members/left-out-members.ts';
import type { PartialValues } from '../members/partial-values.ts';
import type { RecordScanner } from './record-scanner.ts';
import type { ScannedField } from './scanned-fields.ts';

/** Rows `[first, end)`. */
export interface Rows {
  readonly first: number;
  readonly end: number;
}

export interface BlockTools {
  readonly kernel: Kernel;
  readonly scanner: RecordScanner;
  /** Room for what is left out of the values of one field. */
  readonly leftOut: LeftOutMembers;
}

/** Adds the values of one field of a block to their columns. */
export class BlockColumn {
  readonly #field: ScannedField;
  readonly #kernel: Kernel;
  readonly #scanner: RecordScanner;
  readonly #leftOut: LeftOutMembers;
  readonly values: EntryValues;

  constructor(field: ScannedField, { kernel, scanner, leftOut }: BlockTools) {
    this.#field = field;
    this.#kernel = kernel;
    this.#scanner = scanner;
    this.#leftOut = leftOut;
    this.values = new EntryValues(field, kernel);
  }

  get field(): ScannedField {
    return this.#field;
  }

  /** Adds all values to their columns, in the rows of a block; answers with false, and adds none, when there is no column yet for some. */
  addAll(block: Rows): boolean {
    const { kindBits } = this.#field.entries;
    const { state, isString } = this.#field;
    if (state === undefined || this.#missing(kindBits) !== 0) return false;
    const stringKinds = isString ? bits.anyStrings : bits.strings;
    // digits have another dictionary
    this.#field.setDetachableKinds(flatKindsOf(this.#field) & ~bits.digits, stringKinds);
    // a field that keeps integers apart has fractions where others have all numbers
    this.#addNumbers(state.numbers ?? state.fractions, bits.numbers, kindBits, block);
    this.#addIntegers(state.integers, kindBits, block);
    this.#addNumbers(state.booleans, bits.booleans, kindBits, block);
    this.#addStrings(state.strings, stringKinds, kindBits, block);
    this.#addStrings(state.digits, bits.digits, kindBits, block);
    if (!isString) this.#addNumbers(state.timestamps, bits.times, kindBits, block);
    if (!isString) this.#addNumbers(state.dates, bits.dates, kindBits, block);
    for (const target of this.values.targets) this.#addTyped(target, kindBits, block);
    this.#addEmpties(state.emptyArrays, bits.emptyArrays, kindBits, block);
    this.#addEmpties(this.#emptyObjects, bits.emptyObjects, kindBits, block);
    if (state.mapLike !== undefined) this.#addMapLike(state.mapLike, kindBits, block);
    if ((kindBits & this.#field.untypedKinds) !== 0) this.#addUntyped(state.untyped, kindBits, block);
    return true;
  }

  /** Adds the values that have outlived their window: there are columns for all of them. What is left in the field has come since. */
  addDetached(block: Rows): void {
    const { entries } = this.#field;
    if (entries.detachedCount > 0) entries.takeDetached(() => this.addAll(block));
    this.values.forget();
  }

  /**
   * Finds the first entry of each kind that has no column yet, where nothing else is missing: one column takes all of the kind. None where
   * values of another kind need a look at each: of one that is not among `kindBits`.
   */
  openings(kindBits: number): number[] {
    const { entries } = this.#field;
    const missing = this.#missing(entries.kindBits);
    if ((missing & ~kindBits) !== 0) return [];
    const kindAt = entries.kinds;
    return bits.scalarKinds.filter((kind) => bits.has(missing, kind)).map((kind) => kindAt.indexOf(kind));
  }

  /** Gives those of the kinds that have no column. */
  #missing(kindBits: number): number {
    let missing = kindBits & ~flatKindsOf(this.#field);
    for (const { kind } of this.values.targets) missing &= ~bits.bitOf(kind);
    if (this.#field.state?.emptyArrays !== undefined) missing &= ~bits.emptyArrays;
    if (this.#emptyObjects !== undefined) missing &= ~bits.emptyObjects;
    if (this.#field.state?.untyped !== undefined) missing &= ~this.#field.untypedKinds;
    if ((missing & bits.mayBeObjects) !== 0 && this.#areMapLike(kindBits)) missing &= ~bits.mayBeObjects;
    return missing;
  }

  #addNumbers(to: ColumnBuilder | undefined, share: number, kindBits: number, block: Rows): void {
    if (to === undefined || (kindBits & share) === 0) return;
    const { entries, name } = this.#field;
    to.noteField(name, block.first, block.end);
    const some = (kindBits & ~share) === 0 ? entries : entries.numbersOf(share);
    to.appendNumbers(some.rows, some.numbers, share === bits.times ? entries.timeSpellings() : undefined);
  }

  #addIntegers(to: ColumnBuilder | undefined, kindBits: number, block: Rows): void {
    if ((kindBits & bits.longs) === 0) return this.#addNumbers(to, bits.integers, kindBits, block);
    const { entries, name } = this.#field;
    to?.noteField(name, block.first, block.end);
    const { rows, longs } = entries.longs();
    to?.appendLongs(rows, longs);
  }

  #addStrings(to: ColumnBuilder | undefined, share: number, kindBits: number, block: Rows): void {
    if (to === undefined || (kindBits & share) === 0) return;
    to.noteField(this.#field.name, block.first, block.end);
    const { rows, ids } = to.strings.addAll(this.#field.entries, share);
    to.appendIds(rows, ids);
  }

  /** Adds the arrays or structs that fit the target's type whole. */
  #addTyped(target: NestedTarget, kindBits: number, block: Rows): void {
    const { column: to, kind } = target;
    // a record that was dropped may have had one
    if (!bits.has(kindBits, kind)) return to.leaves?.discardBlock();
    const { name, entries } = this.#field;
    to.noteField(name, block.first, block.end);
    const before = to.count;
    this.#appendJson(to, bits.bitOf(kind), kindBits);
    this.#noteMembers(target, before);
    to.leaves?.addBlock(entries, to.count - before);
  }

  /** Tells whether all that may be objects are, and go to the column of those whose keys are data. */
  #areMapLike(kindBits: number): boolean {
    const mapLike = this.#field.state?.mapLike;
    if (mapLike === undefined) return false;
    // those that fit its type whole are in other rows of it
    for (const { column, kind } of this.values.targets)
      if (column === mapLike && bits.has(kindBits, kind)) return false;
    const { kinds: kindAt, starts } = this.#field.entries;
    const { bytes, shift } = this.#scanner;
    for (let entry = 0; entry < starts.length; entry++) {
      if (!bits.has(bits.mayBeObjects, kindAt[entry])) continue;
      if (bytes[(starts[entry] ?? 0) - shift] !== openBrace) return false;
    }
    return true;
  }

  /** Adds objects whose keys are data, as they stand in the records. */
  #addMapLike(to: ColumnBuilder, kindBits: number, block: Rows): void {
    if ((kindBits & bits.mayBeObjects) === 0) return;
    const { count } = to;
    to.noteField(this.#field.name, block.first, block.end);
    this.#appendJson(to, bits.mayBeObjects, kindBits);
    to.markPartialFrom(count);
  }

  /** Adds arrays without a type, which become JSON text. */
  #addUntyped(to: ColumnBuilder | undefined, kindBits: number, block: Rows): void {
    const { name, untypedKinds } = this.#field;
    to?.noteField(name, block.first, block.end);
    this.#appendJson(to, untypedKinds, kindBits);
  }

  /** Adds the entries of the kinds in `share` to the column, by where they are. */
  #appendJson(to: ColumnBuilder | undefined, share: number, kindBits: number): void {
    const { entries } = this.#field;
    const { bytes, shift } = this.#scanner;
    const { rows, starts, ends } = (kindBits & ~share) === 0 ? entries : entries.positionsOf(share);
    to?.appendJson(rows, { bytes, starts, ends, shift });
  }

  /** Notes for the target's column which members of its entries, or of one, went elsewhere: these are its values from `index` on. */
  #noteMembers(target: NestedTarget, index: number, only?: number): void {
    if (!areMembersElsewhere(target)) return;
    const { column: to, kind } = target;
    to.markOthers();
    const { entries } = this.#field;
    const [first, end] = only === undefined ? [0, entries.count] : [only, only + 1];
    this.#leftOut.addEntries(entries.partialsOf(kind, { first, end, index }));
    if (this.#leftOut.count > 0) to.noteLeftOut(this.#leftOut, (partial) => this.#noteLeftOut(partial));
  }

  #noteLeftOut(partial: PartialValues): void {
    const { name, entries } = this.#field;
    this.#leftOut.note(partial, { kernel: this.#kernel, path: pointerTo('', name), members: entries.leftOut });
  }

  /** Drops what the kernel has shredded of values that are added one by one. */
  discardLeaves(): void {
    for (const { column } of this.values.targets) column.leaves?.discardBlock();
  }

  /** Gives the column of objects that are empty, unless all objects go to another one. */
  get #emptyObjects(): ColumnBuilder | undefined {
    const { state } = this.#field;
    return state?.mapLike === undefined ? state?.emptyObjects : undefined;
  }

  /** Adds the entries of the kinds in `share`, which tell no type, as they stand in the records. */
  #addEmpties(to: ColumnBuilder | undefined, share: number, kindBits: number, block: Rows): void {
    if (to === undefined || (kindBits & share) === 0) return;
    to.noteField(this.#field.name, block.first, block.end);
    this.#appendJson(to, share, kindBits);
  }

  /** Adds one array or struct that fits its type whole; answers with false when it is something else. */
  addNestedAt(entry: number): boolean {
    if (this.#field.hasLearned) this.#field.entries.readAgain(entry);
    const target = this.values.targetAt(entry);
    if (target === undefined || !this.#pushJsonAt(entry, target.column)) return false;
    const { column } = target;
    this.#noteMembers(target, column.count - 1, entry);
    return true;
  }

  /** Adds one array without a type as it stands in the record; answers with false when it is something else. */
  addUntypedAt(entry: number): boolean {
    const { state, untypedKinds } = this.#field;
    const { kinds: kindAt } = this.values.views;
    if (state?.untyped === undefined || !bits.has(untypedKinds, kindAt[entry])) return false;
    return this.#pushJsonAt(entry, state.untyped);
  }

  /** Adds one object whose keys are data to the column of such objects, as it stands in the record; answers with false when it is something else. */
  addMapLikeAt(entry: number): boolean {
    const { kinds: kindAt, starts } = this.values.views;
    const to = this.#field.state?.mapLike;
    if (to === undefined || !bits.has(bits.mayBeObjects, kindAt[entry])) return false;
    if (this.#scanner.bytes[(starts[entry] ?? 0) - this.#scanner.shift] !== openBrace) return false;
    to.markPartial();
    return this.#pushJsonAt(entry, to);
  }

  /** Answers with false when the column has a value in the row. */
  #pushJsonAt(entry: number, to: ColumnBuilder): boolean {
    const { rows, starts, ends } = this.values.views;
    const { bytes, shift } = this.#scanner;
    const row = rows[entry] ?? 0;
    if (!to.pushJson(row, bytes, (starts[entry] ?? 0) - shift, (ends[entry] ?? 0) - shift)) return false;
    to.noteField(this.#field.name, row, row + 1);
    return true;
  }
}
