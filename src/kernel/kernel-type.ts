import { columnName } from '../schema/names.ts';
import type { NumberRule } from '../schema/observe.ts';
import type { ColumnType } from '../schema/types.ts';
import type { Address } from './kernel-calls.ts';
import type { Kernel } from './kernel.ts';
import * as kinds from './kinds.ts';

/** The kernel's numbers of the types that it can read. */
const typeNumbers: Readonly<Partial<Record<ColumnType['kind'], number>>> = {
  struct: kinds.typeStruct,
  array: kinds.typeArray,
  double: kinds.typeDouble,
  bigint: kinds.typeInteger,
  string: kinds.typeString,
  boolean: kinds.typeBoolean,
  timestamp: kinds.typeTimestamp,
  date: kinds.typeDate,
};

/** Most distinct JSON keys remembered per struct; several keys (`a`, `A`) can mean one column. */
const keysMax = 1000;

/** How a type takes values. */
export interface Strictness {
  /** It was inferred from values: it takes only those from which the same would be inferred. */
  readonly isStrict: boolean;
  /** How numbers are inferred; left out: all as double. */
  readonly numbers?: NumberRule;
}

/** A field of a struct in the kernel. */
interface KernelField {
  readonly name: string;
  readonly type: KernelType;
}

/** A key that has been learned; without a field it has only nulls. */
interface LearnedKey {
  readonly address: Address;
  readonly hasField: boolean;
}

/** A type as the kernel knows it; the keys under which JSON has the fields of its structs must be learned. */
export class KernelType {
  readonly #kernel: Kernel;
  readonly #fields: KernelField[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #keys = new Map<string, LearnedKey>();
  readonly address: Address;
  /** The elements' type; set for an array. */
  readonly element: KernelType | undefined;
  #type: ColumnType;
  readonly #strictness: Strictness;

  /** Answers with `undefined` for a type that the kernel can't read. */
  static of(kernel: Kernel, type: ColumnType, strictness: Strictness): KernelType | undefined {
    return isReadable(type) ? new KernelType(kernel, type, strictness) : undefined;
  }

  private constructor(kernel: Kernel, type: ColumnType, strictness: Strictness) {
    const { calls } = kernel;
    this.#kernel = kernel;
    this.#type = type;
    this.#strictness = strictness;
    this.address = calls.createType(numberOf(type, strictness), strictness.isStrict);
    if (type.kind === 'array') {
      this.element = new KernelType(kernel, type.element, strictness);
      calls.setElement(this.address, this.element.address);
    }
    if (type.kind === 'struct') for (const { name, type: of } of type.fields) this.#addField(name, of, strictness);
  }

  get type(): ColumnType {
    return this.#type;
  }

  /** The fields of a struct in the order of its type; none for other types. */
  get fields(): readonly KernelField[] {
    return this.#fields;
  }

  /** Grows to a type that `type` has been merged into: what is new in it is strict. */
  grow(type: ColumnType): void {
    if (type !== this.#type && isReadable(type)) this.#grow(type);
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

  #grow(type: ColumnType): void {
    if (type === this.#type) return;
    this.#type = type;
    if (type.kind === 'array') this.element?.grow(type.element);
    if (type.kind !== 'struct') return;
    for (const { name, type: of } of type.fields) {
      const present = this.#fieldOf(name);
      if (present === undefined) this.#addField(name, of, { ...this.#strictness, isStrict: true });
      else present.#grow(of);
    }
  }

  #addField(name: string, type: ColumnType, strictness: Strictness): void {
    const field = new KernelType(this.#kernel, type, strictness);
    this.#kernel.calls.addStructField(this.address, field.address);
    this.#indexes.set(name, this.#fields.push({ name, type: field }) - 1);
    for (const [key, { address, hasField }] of this.#keys) {
      if (hasField || columnName(key) !== name) continue;
      this.#kernel.calls.setTarget(address, field.address);
      this.#keys.set(key, { address, hasField: true });
    }
  }

  #fieldOf(name: string): KernelType | undefined {
    return this.#fields[this.#indexes.get(name) ?? -1]?.type;
  }

  #learnKeys(value: object): void {
    for (const [key, member] of Object.entries(value)) {
      const field = this.#fieldOf(columnName(key));
      if (field === undefined && member !== null) continue;
      field?.learn(member);
      if (this.#keys.has(key) || this.#keys.size === keysMax || !isPlain(key)) continue;
      const bytes = Buffer.from(key);
      const name = this.#kernel.copyIn(bytes);
      const address = this.#kernel.calls.addStructKey(this.address, name, bytes.length, field?.address ?? 0);
      this.#keys.set(key, { address, hasField: field !== undefined });
    }
  }
}

/** Tells whether JSON can write the key without escapes. */
function isPlain(key: string): boolean {
  return /^[^"\\\p{Cc}\p{Cs}]*$/u.test(key);
}

function isReadable(type: ColumnType): boolean {
  if (type.kind === 'array') return isReadable(type.element);
  if (type.kind === 'struct') return type.fields.every((field) => isReadable(field.type));
  return typeNumbers[type.kind] !== undefined;
}

function numberOf(type: ColumnType, { isStrict, numbers }: Strictness): number {
  if (type.kind === 'double' && isStrict && numbers === 'split') return kinds.typeFraction;
  const number = typeNumbers[type.kind];
  if (number === undefined) throw new RangeError(`the kernel has no values of type ${type.kind}`);
  return number;
}
