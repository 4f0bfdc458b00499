import { columnName } from '../schema/names.ts';
import { siblingOf } from '../schema/sibling.ts';
import type { ColumnType } from '../schema/types.ts';
import type { Address } from './kernel-calls.ts';
import type { Kernel } from './kernel.ts';
import * as kinds from './kinds.ts';
import { isReadable, numberOf, otherKinds, type Strictness } from './type-numbers.ts';

/** Most distinct JSON keys remembered per struct; several keys (`a`, `A`) can mean one column. */
const keysMax = 1000;

/** A field of a struct in the kernel. */
interface KernelField {
  readonly name: string;
  readonly type: KernelType;
}

/** A key that has been learned, and the type that its members go to; 0 while it has only nulls. */
interface LearnedKey {
  readonly address: Address;
  readonly target: Address;
}

/** A field of a struct that takes what another one does not, and the kinds of values that it takes. */
interface OtherField {
  readonly address: Address;
  readonly kinds: readonly number[];
}

/** A type as the kernel knows it; the keys under which JSON has the fields of its structs must be learned. */
export class KernelType {
  readonly #kernel: Kernel;
  readonly #fields: KernelField[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #keys = new Map<string, LearnedKey>();
  /** Fields that take what another one does not, by the name of that. */
  readonly #others = new Map<string, OtherField[]>();
  /** Stand for fields that there are not, but others beside them, by their names. */
  readonly #absent = new Map<string, Address>();
  readonly address: Address;
  /** The elements' type; set for an array. */
  readonly element: KernelType | undefined;
  #type: ColumnType;
  readonly #strictness: Strictness;
  /** Levels of nesting down to its values: 1 for those of a column. */
  readonly #depth: number;

  /** Answers with `undefined` for a type that the kernel can't read. */
  static of(kernel: Kernel, type: ColumnType, strictness: Strictness): KernelType | undefined {
    return isReadable(type) ? new KernelType(kernel, type, strictness, 1) : undefined;
  }

  private constructor(kernel: Kernel, type: ColumnType, strictness: Strictness, depth: number) {
    const { calls } = kernel;
    this.#kernel = kernel;
    this.#type = type;
    this.#strictness = strictness;
    this.#depth = depth;
    this.address = calls.createType(numberOf(type, strictness), strictness.isStrict);
    if (type.kind === 'array') {
      this.element = new KernelType(kernel, type.element, strictness, depth + 1);
      calls.setElement(this.address, this.element.address);
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

  /** A member of a value that was found to be of the type has been left out: it has no place, and must be rescued. */
  get hasRescued(): boolean {
    return this.#kernel.calls.hasRescued(this.address) !== 0;
  }

  /**
   * Grows to a type that `type` has been merged into: what is new in it is strict. Answers with false when members that were read before would
   * go elsewhere now.
   */
  grow(type: ColumnType): boolean {
    return type === this.#type || !isReadable(type) || this.#grow(type);
  }

  /** Sets whether its leaves collect values while records are scanned; all of them must have one. */
  setCollected(isCollected: boolean): void {
    this.#kernel.calls.setCollected(this.address, isCollected);
  }

  /** Learns the keys of a value of the type. */
  learn(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    if (this.element !== undefined && Array.isArray(value)) for (const each of value) this.element.learn(each);
    else if (this.#type.kind === 'struct' && !Array.isArray(value)) this.#learnKeys(value);
  }

  #grow(type: ColumnType): boolean {
    if (type === this.#type) return true;
    this.#type = type;
    if (type.kind === 'array') return this.element?.grow(type.element) ?? true;
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

  /** Tells whether empty arrays and objects in a struct tell no type. */
  get #rescuesEmpty(): boolean {
    return this.#rules !== undefined && this.#depth + 1 < this.#rules.depthMax;
  }

  #addField(name: string, type: ColumnType, strictness: Strictness): void {
    const { calls } = this.#kernel;
    const field = new KernelType(this.#kernel, type, strictness, this.#depth + 1);
    calls.addStructField(this.address, field.address);
    if (this.#rescuesEmpty) calls.setEmptyRescued(field.address);
    this.#indexes.set(name, this.#fields.push({ name, type: field }) - 1);
    for (const [key, { address }] of this.#keys) {
      if (columnName(key) !== name) continue;
      calls.setTarget(address, field.address);
      this.#keys.set(key, { address, target: field.address });
    }
    for (const other of this.#others.get(name) ?? []) this.#setOther(field.address, other);
    this.#addOther(name, field);
  }

  /** Lets the field take what another one does not, if its name says so. */
  #addOther(name: string, { address, type }: KernelType): void {
    const base = siblingOf(name, type);
    const kindsTaken = otherKinds(type.kind, this.#rules?.numbers);
    if (base === undefined || kindsTaken.length === 0) return;
    const other = { address, kinds: kindsTaken };
    this.#others.set(base, [...(this.#others.get(base) ?? []), other]);
    const present = this.#fieldOf(base);
    if (present !== undefined) this.#setOther(present.address, other);
    const absent = this.#absent.get(base);
    if (absent !== undefined) this.#setDigits(absent, base);
  }

  #setOther(type: Address, { address, kinds: kindsTaken }: OtherField): void {
    for (const kind of kindsTaken) this.#kernel.calls.setOther(type, kind, address);
  }

  #fieldOf(name: string): KernelType | undefined {
    return this.#fields[this.#indexes.get(name) ?? -1]?.type;
  }

  #learnKeys(value: object): void {
    for (const [key, member] of Object.entries(value)) {
      const name = columnName(key);
      const field = this.#fieldOf(name);
      field?.learn(member);
      const target = field?.address ?? (member === null ? 0 : this.#absentOf(name, member));
      if (target !== undefined) this.#learnKey(key, target);
    }
  }

  #learnKey(key: string, target: Address): void {
    const { calls } = this.#kernel;
    const present = this.#keys.get(key);
    if (present === undefined && (this.#keys.size === keysMax || !isPlain(key))) return;
    if (present !== undefined && (target === 0 || present.target === target)) return;
    const bytes = Buffer.from(key);
    if (present !== undefined) calls.setTarget(present.address, target);
    const address =
      present?.address ?? calls.addStructKey(this.address, this.#kernel.copyIn(bytes), bytes.length, target);
    this.#keys.set(key, { address, target });
  }

  /**
   * Gives what stands for a field that there is not: another one takes the digits of its numbers, and what is empty is rescued. Of all other members
   * the type would get the field.
   */
  #absentOf(name: string, member: unknown): Address | undefined {
    const present = this.#absent.get(name);
    if (present !== undefined) return present;
    const isRescued = isEmpty(member) && this.#rescuesEmpty;
    if (!isRescued && this.#digitsOf(name) === undefined) return undefined;
    const { calls } = this.#kernel;
    const address = calls.createType(kinds.typeNone, false);
    this.#absent.set(name, address);
    if (this.#rescuesEmpty) calls.setEmptyRescued(address);
    this.#setDigits(address, name);
    return address;
  }

  #digitsOf(name: string): OtherField | undefined {
    return this.#others.get(name)?.find(({ kinds: taken }) => taken.includes(kinds.kindDigits));
  }

  #setDigits(absent: Address, name: string): void {
    const other = this.#digitsOf(name);
    if (other !== undefined) this.#kernel.calls.setOther(absent, kinds.kindDigits, other.address);
  }
}

/** Tells whether the value is an empty array or object. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Tells whether JSON can write the key without escapes. */
function isPlain(key: string): boolean {
  return /^[^"\\\p{Cc}\p{Cs}]*$/u.test(key);
}
