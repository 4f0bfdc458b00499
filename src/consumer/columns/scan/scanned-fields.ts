import { isUtf8 } from 'node:buffer';
import { KernelFieldEntries, KernelFields } from '../../../kernel/kernel-fields.ts';
import type { Address } from '../../../kernel/kernel-calls.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { kindDigitsArray, kindMixedArray } from '../../../kernel/kinds.ts';
import { backslash } from '../../../schema/json/json-bytes.ts';
import { keyIndexOf } from '../../../schema/json/written-json.ts';
import type { ColumnBuilder } from '../builders/column-builder.ts';
import { pathWithin, type EventTimeField } from '../times/event-time.ts';
import type { FieldState } from '../builders/field-state.ts';
import { bitOf } from '../builders/kind-bits.ts';
import { areEmptiesApart, mayDigitsHaveType, numberRuleOf } from '../builders/known-type.ts';
import { hasNestedType, NestedTargets, type NestedTarget, type TargetTools } from './nested-targets.ts';
import type { RowReader } from '../parse/row-reader.ts';
import type { MemberFate } from '../members/take-members.ts';

/** Most fields, and spellings of their keys; records with others are parsed. */
const fieldsMax = 1024;
const spellingsMax = 4096;
/** Most keys whose members the kernel writes for `_rescued`; others are taken out of the records before. */
const extraKeysMax = 8192;

/** A field that is scanned, and where its values go. */
export class ScannedField {
  readonly name: string;
  readonly entries: KernelFieldEntries;
  /** `undefined` for a denied field. */
  readonly state: FieldState | undefined;
  /** Where in the field the event time is, if it is there: nothing for the field itself. */
  readonly eventTimePath: readonly string[] | undefined;
  /** Kinds of arrays that have no type, as a bit set. */
  readonly untypedKinds: number;
  /** The key as an integer that JavaScript puts before other keys, -1 for any other key. */
  readonly keyIndex: number;
  #isShared = false;
  #detachableKinds = 0;
  readonly #targets: NestedTargets;
  #hasLearned = false;

  constructor(
    entries: KernelFieldEntries,
    {
      name,
      state,
      eventTimePath,
      untypedKinds,
    }: Pick<ScannedField, 'name' | 'state' | 'eventTimePath' | 'untypedKinds'>,
  ) {
    this.name = name;
    this.entries = entries;
    this.state = state;
    this.eventTimePath = eventTimePath;
    this.untypedKinds = untypedKinds;
    this.#targets = new NestedTargets(entries, state?.known);
    const key = Buffer.from(name);
    this.keyIndex = keyIndexOf(key, 0, key.length);
  }

  /** Another field has the same column: its values must be looked at row by row. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** Says that another field has the same column. */
  share(): void {
    this.#isShared = true;
    this.entries.setDetachable({ kindBits: 0, stringBits: 0, dictionary: 0 });
  }

  /** Lets entries outlive their window: those of `kindBits`, of which `stringBits` are strings of the column. */
  setDetachableKinds(kindBits: number, stringBits: number): void {
    // event times are read with their window
    if (kindBits === this.#detachableKinds || this.#isShared || this.eventTimePath !== undefined) return;
    const dictionary = this.state?.strings?.strings.dictionary.address ?? 0;
    this.#detachableKinds = kindBits;
    this.entries.setDetachable({ kindBits, stringBits: kindBits & stringBits, dictionary });
  }

  /** Where typed arrays and structs go. */
  get targets(): readonly NestedTarget[] {
    return this.#targets.all;
  }

  /** The column is a string column: times and dates are stored as their text. */
  get isString(): boolean {
    return this.state?.known?.kind === 'string';
  }

  /** A value of the block that is being added has told something of its types, after the others were scanned. */
  get hasLearned(): boolean {
    return this.#hasLearned;
  }

  /** Learns the type and the keys of an array or struct that has been added to the column. */
  learn(value: unknown, column: ColumnBuilder, tools: TargetTools): void {
    this.#hasLearned = true;
    const mapLike = this.state?.mapLike;
    // all objects go there as they stand
    if (mapLike !== undefined) this.#targets.forget(mapLike);
    if (column !== mapLike && hasNestedType(column)) this.#targets.learn(value, column, tools);
  }

  /** Ends a block whose values were added one by one. */
  endBlock(): void {
    this.#hasLearned = false;
    this.#targets.endBlock();
  }
}

/** The fields that have been met in scanned records. */
export class ScannedFields {
  readonly #kernel: Kernel;
  readonly #rows: RowReader;
  readonly #eventTime: EventTimeField;
  readonly #byName = new Map<string, ScannedField>();
  readonly #byAddress = new Map<Address, ScannedField>();
  readonly #byColumn = new Map<string, ScannedField>();
  #spellings = 0;
  #extraKeys = 0;
  /** Fields that were known when the last block ended: their columns are there. */
  #knownBefore = 0;
  readonly kernelFields: KernelFields;

  constructor(kernel: Kernel, rows: RowReader, eventTime: EventTimeField) {
    this.#kernel = kernel;
    this.#rows = rows;
    this.#eventTime = eventTime;
    this.kernelFields = new KernelFields(kernel);
  }

  /** The fields that have values in the block. */
  filled(): ScannedField[] {
    this.#knownBefore = this.#byName.size;
    const found: ScannedField[] = [];
    for (const address of this.kernelFields.filled) {
      const field = this.#byAddress.get(address);
      if (field !== undefined) found.push(field);
    }
    return found;
  }

  /** Learns a spelling of a key, between the quotes; answers with false when there is no room, or it is none. */
  learn(spelling: Buffer): boolean {
    const name = nameOf(spelling);
    if (name === undefined) return false;
    const present = this.#byName.get(name);
    if (present === undefined && !this.#mayAdd(name)) return this.#learnExtra(spelling, name);
    if (this.#spellings === spellingsMax) return false;
    this.#spellings++;
    const address = this.kernelFields.add(spelling, present?.entries.address);
    if (present === undefined) this.#add(name, address);
    return true;
  }

  /** What becomes of a field that is not scanned: it stays in the record, for that to be parsed, unless it can have no column. */
  readonly fateOf = (name: string): MemberFate => {
    if (this.#byName.has(name) || pathWithin(this.#eventTime, name) !== undefined) return 'stays';
    if (this.#rows.isBeyond(name)) return 'rescued';
    return this.#rows.isDenied(name) ? 'denied' : 'stays';
  };

  /** Learns the key of a field that can have no column, as the kernel can write its members: in their order, if no key is an integer. */
  #learnExtra(spelling: Buffer, name: string): boolean {
    if (this.#extraKeys === extraKeysMax || this.fateOf(name) !== 'rescued') return false;
    if (spelling.includes(backslash) || keyIndexOf(spelling, 0, spelling.length) >= 0) return false;
    this.#extraKeys++;
    this.kernelFields.extras.addKey(spelling);
    return true;
  }

  /** Tells whether a new field may be scanned. Not where it may be one too many for the table: the record is parsed, and that tells. */
  #mayAdd(name: string): boolean {
    if (this.#byName.size === fieldsMax || this.#rows.isBeyond(name)) return false;
    if (this.#byName.size - this.#knownBefore < this.#rows.columnsLeft || this.#rows.columnsLeft === 0) return true;
    this.#knownBefore = this.#byName.size;
    return false;
  }

  #add(name: string, address: Address): void {
    const state = this.#rows.stateOf(name);
    const entries = new KernelFieldEntries(this.#kernel, address);
    const field = new ScannedField(entries, {
      name,
      state,
      eventTimePath: pathWithin(this.#eventTime, name),
      untypedKinds: bitOf(kindMixedArray) | (mayDigitsHaveType(state?.known) ? 0 : bitOf(kindDigitsArray)),
    });
    this.#byName.set(name, field);
    this.#byAddress.set(address, field);
    if (state === undefined) return;
    const { known } = state;
    if (numberRuleOf(known, this.#rows.rules) === 'split') entries.keepIntegers();
    if (known?.kind === 'bigint') entries.keepLongs();
    const innerLevels = this.#rows.rules.depthMax - 1;
    if (areEmptiesApart(known)) entries.setEmptyLevels(innerLevels);
    if (known?.kind !== 'array') entries.setUntypedLevels(innerLevels);
    const other = this.#byColumn.get(state.name);
    this.#byColumn.set(state.name, field);
    if (other === undefined) return;
    other.share();
    field.share();
  }
}

/** Reads a key; `undefined` when its bytes are no string. */
function nameOf(spelling: Buffer): string | undefined {
  if (!isUtf8(spelling)) return undefined;
  try {
    return String(JSON.parse(`"${spelling.toString()}"`));
  } catch {
    return undefined;
  }
}
