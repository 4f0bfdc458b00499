import { cutLength } from '../schema/names/column-name.ts';
import { baseOfJson, basesOf, siblingOf } from '../schema/names/sibling.ts';
import type { Field } from '../schema/types/column-type.ts';
import type { Address } from './kernel-calls.ts';
import type { Kernel } from './kernel.ts';

/** Keys that the kernel can write: no character of them needs an escape. */
const plainKey = /^[^"\\\p{Cc}\p{Cs}]+$/v;

/** A struct that gets no more fields: the kernel leaves out members that have no place in it. */
export class FullStruct {
  readonly #kernel: Kernel;
  readonly #address: Address;
  /** Names of fields, be they there or not, beside which there are some that may take members though they are named for another type. */
  readonly #movable: ReadonlySet<string>;
  /** Those of fields, and of such beside which there are others. */
  readonly #names: ReadonlySet<string>;

  /** `emptyLevels`: on how many levels its members may be empty so that they tell no type. */
  constructor(kernel: Kernel, address: Address, { fields, emptyLevels }: FullFields) {
    this.#kernel = kernel;
    this.#address = address;
    const bases = fields.flatMap(({ name }) => basesOf(name));
    const farther = bases.flatMap(basesOf);
    this.#movable = new Set([...fields.flatMap(oddBases), ...farther]);
    this.#names = new Set([...fields.map(({ name }) => name), ...bases, ...farther, '__proto__']);
    kernel.calls.setFull(address, emptyLevels);
    for (const name of this.#names) this.#addName(name);
  }

  /** Tells whether the kernel leaves out members of a key that has no field, without having learned it. */
  leavesOut(key: string, name: string): boolean {
    return plainKey.test(key) && !this.#names.has(name) && !this.#names.has(name.slice(0, cutLength));
  }

  /** Says of a field, or of what stands for one that there is not, whether the host must look at members that are not of its type. */
  noteField(name: string, field: Address): void {
    // of a long name that of a sibling does not tell it
    if (this.#movable.has(name) || name.length > cutLength) this.#kernel.calls.setMovable(field);
  }

  #addName(name: string): void {
    const bytes = Buffer.from(name);
    this.#kernel.calls.addFullName(this.#address, this.#kernel.copyIn(bytes), bytes.length);
  }
}

interface FullFields {
  readonly fields: readonly Field[];
  readonly emptyLevels: number;
}

/** Gives the names beside which the field would stand for values of another type than it has. */
function oddBases({ name, type }: Field): string[] {
  const json = type.kind === 'string' ? baseOfJson(name) : undefined;
  return basesOf(name).filter((base) => base !== siblingOf(name, type) && base !== json);
}
