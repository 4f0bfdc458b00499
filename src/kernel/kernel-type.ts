import { holds } from '../schema/values/fits-whole.ts';
import { columnName } from '../schema/names/column-name.ts';
import { baseOfJson, siblingName, siblingOf } from '../schema/names/sibling.ts';
import { TypeRoom } from '../schema/merge/type-room.ts';
import { isNested, type ColumnType } from '../schema/types/column-type.ts';
import { FullStruct } from './full-struct.ts';
import type { Address } from './kernel-calls.ts';
import type { Kernel } from './kernel.ts';
import * as kinds from './kinds.ts';
import {
  isEmpty,
  isInferredNested,
  jsonKinds,
  mayHold,
  otherKinds,
  untypedKinds,
  type OtherField,
} from './other-kinds.ts';
import { StructKeys } from './struct-keys.ts';
import { innerOf, isReadable, numberOf, type Strictness } from './type-numbers.ts';

/** A field of a struct in the kernel. */
interface KernelField {
  readonly name: string;
  readonly type: KernelType;
}

/** A type as the kernel knows it; the keys under which JSON has the fields of its structs must be learned. */
export class KernelType {
  readonly #kernel: Kernel;
  readonly #fields: KernelField[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #keys: StructKeys;
  /** Fields that take what another one does not, by the name of that. */
  readonly #others = new Map<string, OtherField[]>();
  /** Fields that take arrays or structs which another one does not, by the name of that. */
  readonly #beside = new Map<string, KernelType[]>();
  /** Stand for fields that there are not, but others beside them, by their names. */
  readonly #absent = new Map<string, Address>();
  /** Set for a struct that gets no more fields. */
  #full: FullStruct | undefined;
  readonly address: Address;
  /** The elements' type; set for an array, and as that of the values for a map. */
  readonly element: KernelType | undefined;
  /** The keys' type; set for a map. */
  readonly key: KernelType | undefined;
  #type: ColumnType;
  readonly #strictness: Strictness;
  /** Levels of nesting down to its values: 1 for those of a column. */
  readonly #depth: number;

  /** Answers with `undefined` for a type that the kernel can't read. */
  static of(kernel: Kernel, type: ColumnType, strictness: Strictness): KernelType | undefined {
    // a map is never inferred
    if (!isReadable(type, strictness.rules) || (strictness.isStrict && holds(type, 'map'))) return undefined;
    const made = new KernelType(kernel, type, strictness, 1);
    made.#noteFull(TypeRoom.ofColumn(type));
    return made;
  }

  private constructor(kernel: Kernel, type: ColumnType, strictness: Strictness, depth: number) {
    const { calls } = kernel;
    this.#kernel = kernel;
    this.#type = type;
    this.#strictness = strictness;
    this.#depth = depth;
    this.address = calls.createType(numberOf(type, strictness), strictness.isStrict);
    if (type.kind === 'decimal') calls.setDecimal(this.address, 10 ** type.scale, 10 ** type.precision);
    this.#keys = new StructKeys(kernel, this.address);
    const inner = innerOf(type);
    if (inner !== undefined) {
      this.element = new KernelType(kernel, inner, strictness, depth + 1);
      calls.setElement(this.address, this.element.address);
    }
    if (type.kind === 'map') {
      this.key = new KernelType(kernel, { kind: 'string' }, { isStrict: false }, depth + 1);
      calls.setMapKey(this.address, this.key.address);
    }
    if (type.kind === 'struct' && this.#rules !== undefined) calls.setRescued(this.address);
    if (type.kind === 'struct') for (const { name, type: of } of type.fields) this.#addField(name, of, strictness);
  }

  get type(): ColumnType {
    return this.#type;
  }

  /** The fields of a struct in the order of its type; none for other types. */
  get fields(): readonly KernelField[] {
    return this.#fields;
  }

  /** A member of a value that was found to be of the type has gone to another field than that of its name. */
  get hasOthers(): boolean {
    return this.#kernel.calls.hasOthers(this.address) !== 0;
  }

  /** A member of a value that was found to be of the type may have been left out: it has no place, and must be rescued. */
  get hasRescued(): boolean {
    return this.#kernel.calls.hasRescued(this.address) !== 0;
  }

  /**
   * Grows to a type that `type` has been merged into: what is new in it is strict. Answers with false when members that were read before would
   * go elsewhere now.
   */
  grow(type: ColumnType): boolean {
    if (type === this.#type || !isReadable(type, this.#strictness.rules)) return true;
    const areInPlace = this.#grow(type);
    this.#noteFull(TypeRoom.ofColumn(type));
    return areInPlace;
  }

  /** Sets whether its leaves collect values while records are scanned; all of them must have one. */
  setCollected(isCollected: boolean): void {
    this.#kernel.calls.setCollected(this.address, isCollected);
  }

  /** Learns the keys of a value of the type. */
  learn(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    if (this.element !== undefined && (Array.isArray(value) || this.key !== undefined))
      for (const each of Object.values(value)) this.element.learn(each);
    else if (this.#type.kind === 'struct' && !Array.isArray(value)) this.#learnKeys(value);
  }

  #grow(type: ColumnType): boolean {
    if (type === this.#type) return true;
    this.#type = type;
    const inner = innerOf(type);
    if (inner !== undefined) return this.element?.grow(inner) ?? true;
    if (type.kind !== 'struct') return true;
    let areInPlace = true;
    for (const { name, type: of } of type.fields) {
      const present = this.#fieldOf(name);
      if (present === undefined && this.#wouldHaveTaken(name, of)) areInPlace = false;
      if (present === undefined) this.#addField(name, of, { ...this.#strictness, isStrict: true });
      else if (!present.#grow(of)) areInPlace = false;
    }
    return areInPlace;
  }

  /** Tells whether a new field would have taken members that went elsewhere, or had no place. */
  #wouldHaveTaken(name: string, type: ColumnType): boolean {
    const absent = this.#absent.get(name);
    if (absent !== undefined && (type.kind === 'bigint' || this.#isRescued(absent))) return true;
    const other = this.#fieldOf(siblingOf(name, type) ?? '');
    return other !== undefined && this.#isRescued(other.address);
  }

  #isRescued(type: Address): boolean {
    return this.#kernel.calls.hasRescued(type) !== 0;
  }

  /** How the members of a struct are inferred; `undefined` where it takes only whole values: deeper ones are JSON text. */
  get #rules(): Strictness['rules'] {
    const { rules } = this.#strictness;
    return rules !== undefined && this.#depth < rules.depthMax ? rules : undefined;
  }

  /** On how many levels members of a struct may be empty so that they tell no type: what is deeper is JSON text. */
  get #emptyLevels(): number {
    return this.#rules === undefined ? 0 : this.#rules.depthMax - this.#depth - 1;
  }

  #addField(name: string, type: ColumnType, strictness: Strictness): void {
    const { calls } = this.#kernel;
    const base = siblingOf(name, type);
    const isBeside = base !== undefined && isInferredNested(type, this.#depth + 1, this.#rules);
    // what another field does not take tells its type by itself
    const isStrict = strictness.isStrict || isBeside;
    const field = new KernelType(this.#kernel, type, { ...strictness, isStrict }, this.#depth + 1);
    calls.addStructField(this.address, field.address);
    calls.setEmptyRescued(field.address, this.#emptyLevels);
    this.#noteTwins(name, field, base);
    this.#indexes.set(name, this.#fields.push({ name, type: field }) - 1);
    this.#keys.setTarget(name, field.address);
    for (const other of this.#others.get(name) ?? []) this.#setOther(field, other);
    if (this.#rules === undefined) return;
    const { address } = field;
    for (const other of this.#beside.get(name) ?? []) this.#setBeside(field, other);
    if (isBeside) this.#addBeside(base, field);
    this.#addOther(base, { address, kinds: otherKinds(type.kind, this.#rules.numbers) });
    if (type.kind !== 'string') return;
    this.#addOther(baseOfJson(name), { address, kinds: jsonKinds(this.#depth + 1, this.#rules) });
  }

  /** Says where the new field has one beside it that is named for its own type, or is that of the one called `base`. */
  #noteTwins(name: string, { address, type }: KernelType, base: string | undefined): void {
    // two structs need not have the same members
    if (isNested(type)) return;
    const { calls } = this.#kernel;
    if (this.#fieldOf(siblingName(name, type)) !== undefined) calls.setTwin(address);
    if (base === undefined) return;
    const first = this.#fieldOf(base);
    if (first !== undefined && siblingName(base, first.type) === name) calls.setTwin(first.address);
  }

  /** Lets a field take arrays or structs that the one called `base` does not. */
  #addBeside(base: string, other: KernelType): void {
    this.#beside.set(base, [...(this.#beside.get(base) ?? []), other]);
    const present = this.#fieldOf(base);
    if (present !== undefined) this.#setBeside(present, other);
  }

  #setBeside({ address, type }: KernelType, other: KernelType): void {
    // a struct takes all objects
    if (type.kind !== 'struct' || other.type.kind !== 'struct') this.#kernel.calls.addBeside(address, other.address);
  }

  /** Lets a field take what the one called `base` does not, or would not. */
  #addOther(base: string | undefined, other: OtherField): void {
    if (base === undefined || other.kinds.length === 0) return;
    this.#others.set(base, [...(this.#others.get(base) ?? []), other]);
    const present = this.#fieldOf(base);
    if (present !== undefined) this.#setOther(present, other);
    const absent = this.#absent.get(base);
    if (absent !== undefined) this.#setOthersOfAbsent(absent, base);
  }

  #setOther({ address: of, type }: KernelType, { address, kinds: kindsTaken }: OtherField): void {
    for (const kind of kindsTaken) if (!mayHold(type, kind)) this.#kernel.calls.setOther(of, kind, address);
  }

  #fieldOf(name: string): KernelType | undefined {
    return this.#fields[this.#indexes.get(name) ?? -1]?.type;
  }

  #learnKeys(value: object): void {
    for (const [key, member] of Object.entries(value)) {
      const name = columnName(key);
      const field = this.#fieldOf(name);
      field?.learn(member);
      for (const other of this.#beside.get(name) ?? []) other.learn(member);
      if (field === undefined && this.#full?.leavesOut(key, name) === true) continue;
      const target = field?.address ?? (member === null ? 0 : this.#absentOf(name, member));
      if (target !== undefined) this.#keys.learn(key, name, target);
    }
  }

  /** Says which structs get no more fields: those in a type that does not, and in elements that do not. */
  #noteFull(room: TypeRoom): void {
    const { element } = this;
    if (element !== undefined) element.#noteFull(room.ofElement(element.type));
    for (const { type } of this.#fields) if (isNested(type.type)) type.#noteFull(room);
    if (!room.isFull || this.#full !== undefined || this.#type.kind !== 'struct' || this.#rules === undefined) return;
    const { fields } = this.#type;
    this.#full = new FullStruct(this.#kernel, this.address, { fields, emptyLevels: this.#emptyLevels });
    for (const { name, type } of this.#fields) this.#full.noteField(name, type.address);
    for (const [name, address] of this.#absent) {
      this.#full.noteField(name, address);
      this.#setOthersOfAbsent(address, name);
    }
  }

  /**
   * Gives what stands for a field that there is not: another one takes the digits of its numbers, or what has no type, and what is empty is rescued.
   * Of all other members the type would get the field.
   */
  #absentOf(name: string, member: unknown): Address | undefined {
    const present = this.#absent.get(name);
    if (present !== undefined) return present;
    const isRescued = this.#full !== undefined || isEmpty(member, this.#emptyLevels);
    if (!isRescued && this.#othersOfAbsent(name).length === 0) return undefined;
    const { calls } = this.#kernel;
    const address = calls.createType(kinds.typeNone, false);
    this.#absent.set(name, address);
    calls.setEmptyRescued(address, this.#emptyLevels);
    this.#full?.noteField(name, address);
    this.#setOthersOfAbsent(address, name);
    return address;
  }

  /** What goes to other fields whether there is one of the name or not: all that they take where there will never be one. */
  #othersOfAbsent(name: string): OtherField[] {
    const others = this.#others.get(name) ?? [];
    if (this.#full !== undefined) return others;
    return others.flatMap(({ address, kinds: taken }) => {
      const untyped = taken.filter((kind) => untypedKinds.has(kind));
      return untyped.length === 0 ? [] : [{ address, kinds: untyped }];
    });
  }

  #setOthersOfAbsent(absent: Address, name: string): void {
    for (const { address, kinds: untyped } of this.#othersOfAbsent(name))
      for (const kind of untyped) this.#kernel.calls.setOther(absent, kind, address);
    if (this.#full === undefined) return;
    for (const other of this.#beside.get(name) ?? []) this.#kernel.calls.addBeside(absent, other.address);
  }
}
