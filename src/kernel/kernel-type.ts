import { columnName } from '../schema/names.ts';
import type { ColumnType } from '../schema/types.ts';
import type { Address, Kernel } from './kernel.ts';
import { typeArray, typeBoolean, typeDate, typeDouble, typeString, typeStruct, typeTimestamp } from './kinds.ts';

/** The kernel's numbers of the types that it can read. */
const typeNumbers: Readonly<Partial<Record<ColumnType['kind'], number>>> = {
  struct: typeStruct,
  array: typeArray,
  double: typeDouble,
  string: typeString,
  boolean: typeBoolean,
  timestamp: typeTimestamp,
  date: typeDate,
};

/** Most fields a struct may have: the kernel notes the seen ones in one 64-bit mask. */
const fieldsMax = 64;
/** Most distinct JSON keys remembered per struct; several keys (`a`, `A`) can mean one column. */
const keysMax = 256;

type Struct = Extract<ColumnType, { kind: 'struct' }>;

/** A type as the kernel knows it; the keys under which JSON has the fields of its structs must be learned. */
export class KernelType {
  readonly #kernel: Kernel;
  readonly type: ColumnType;
  readonly address: Address;
  /** The elements' type; set for an array. */
  readonly element: KernelType | undefined;
  /** The fields' types, in the order of the struct's type; none for other types. */
  readonly fields: readonly KernelType[];
  readonly #keys = new Set<string>();

  /** Answers with `undefined` for a type that the kernel can't read. */
  static of(kernel: Kernel, type: ColumnType): KernelType | undefined {
    return isReadable(type) ? new KernelType(kernel, type) : undefined;
  }

  constructor(kernel: Kernel, type: ColumnType) {
    const { calls } = kernel;
    const fields = type.kind === 'struct' ? type.fields : [];
    this.#kernel = kernel;
    this.type = type;
    this.address = calls.createType(numberOf(type), fields.length);
    this.element = type.kind === 'array' ? new KernelType(kernel, type.element) : undefined;
    this.fields = fields.map((field) => new KernelType(kernel, field.type));
    if (this.element !== undefined) calls.setElement(this.address, this.element.address);
    for (const [index, { address }] of this.fields.entries()) calls.setField(this.address, index, address);
  }

  /** Learns the keys of a value of the type. */
  learn(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    if (this.type.kind === 'struct' && !Array.isArray(value)) this.#learnKeys(value, this.type);
    else if (this.element !== undefined && Array.isArray(value)) for (const each of value) this.element.learn(each);
  }

  #learnKeys(value: object, { fields }: Struct): void {
    for (const [key, member] of Object.entries(value)) {
      const name = columnName(key);
      const index = fields.findIndex((field) => field.name === name);
      if (index < 0) continue;
      this.fields[index]?.learn(member);
      if (this.#keys.has(key) || this.#keys.size === keysMax || !isPlain(key)) continue;
      this.#keys.add(key);
      const bytes = Buffer.from(key);
      this.#kernel.calls.addKey(this.address, this.#kernel.copyIn(bytes), bytes.length, index);
    }
  }
}

/** Tells whether JSON can write the key without escapes. */
function isPlain(key: string): boolean {
  return /^[ !#-[\]-~]*$/.test(key);
}

function isReadable(type: ColumnType): boolean {
  if (type.kind === 'array') return isReadable(type.element);
  if (type.kind === 'struct')
    return type.fields.length <= fieldsMax && type.fields.every((field) => isReadable(field.type));
  return typeNumbers[type.kind] !== undefined;
}

function numberOf(type: ColumnType): number {
  const number = typeNumbers[type.kind];
  if (number === undefined) throw new RangeError(`the kernel has no values of type ${type.kind}`);
  return number;
}
