import { columnName } from '../schema/names.ts';
import type { ColumnType } from '../schema/types.ts';
import type { Address, Kernel } from './kernel.ts';

/** The kernel's numbers of the kinds that it can read. */
const kinds: Readonly<Partial<Record<ColumnType['kind'], number>>> = {
  struct: 0,
  array: 1,
  double: 2,
  string: 3,
  boolean: 4,
  timestamp: 5,
  date: 6,
};

/** As many as bits that the kernel keeps for them. */
const fieldsMax = 64;
/** Names that JSON has for the fields of one struct: `a` and `A` for one column. */
const keysMax = 256;

type Struct = Extract<ColumnType, { kind: 'struct' }>;

/** A type with parts as the kernel knows it; the keys that JSON has for its fields must be learned. */
export class KernelPart {
  readonly #kernel: Kernel;
  readonly type: ColumnType;
  readonly address: Address;
  /** Of an array. */
  readonly element: KernelPart | undefined;
  /** Of a struct, as its type has them. */
  readonly fields: readonly KernelPart[];
  readonly #keys = new Set<string>();

  /** `undefined` for a type that the kernel can't read. */
  static of(kernel: Kernel, type: ColumnType): KernelPart | undefined {
    return isReadable(type) ? new KernelPart(kernel, type) : undefined;
  }

  constructor(kernel: Kernel, type: ColumnType) {
    const { calls } = kernel;
    const fields = type.kind === 'struct' ? type.fields : [];
    this.#kernel = kernel;
    this.type = type;
    this.address = calls.createPart(kindOf(type), fields.length);
    this.element = type.kind === 'array' ? new KernelPart(kernel, type.element) : undefined;
    this.fields = fields.map((field) => new KernelPart(kernel, field.type));
    if (this.element !== undefined) calls.setElement(this.address, this.element.address);
    for (const [index, { address }] of this.fields.entries()) calls.setField(this.address, index, address);
  }

  /** Takes in the keys of a value of the type. */
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
      this.#kernel.calls.addKey(this.address, this.#kernel.keep(bytes), bytes.length, index);
    }
  }
}

/** What JSON writes as it is. */
function isPlain(key: string): boolean {
  return /^[ !#-[\]-~]*$/.test(key);
}

function isReadable(type: ColumnType): boolean {
  if (type.kind === 'array') return isReadable(type.element);
  if (type.kind === 'struct')
    return type.fields.length <= fieldsMax && type.fields.every((field) => isReadable(field.type));
  return kinds[type.kind] !== undefined;
}

function kindOf(type: ColumnType): number {
  const kind = kinds[type.kind];
  if (kind === undefined) throw new RangeError(`the kernel has no values of type ${type.kind}`);
  return kind;
}
