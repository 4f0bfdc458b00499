import { spellingsOf } from './key-spellings.ts';
import type { Address } from './kernel-calls.ts';
import type { Kernel } from './kernel.ts';

/** Most distinct JSON keys remembered per struct; several keys (`a`, `A`) can mean one column. */
const keysMax = 1000;

/** A spelling of a key: the name of its field, and the type that its members go to; 0 while it has only nulls. */
interface LearnedKey {
  readonly name: string;
  readonly address: Address;
  readonly target: Address;
}

/** The keys under which JSON has the fields of a struct, as they have been learned. */
export class StructKeys {
  readonly #kernel: Kernel;
  readonly #struct: Address;
  /** Each spelling of the keys. */
  readonly #keys = new Map<string, LearnedKey>();
  /** The first key of each field, by the name of the field. */
  readonly #keyOf = new Map<string, Address>();

  constructor(kernel: Kernel, struct: Address) {
    this.#kernel = kernel;
    this.#struct = struct;
  }

  /** Learns a key of the field called `name`, whose members go to the type `target`: 0 where only null has been met. */
  learn(key: string, name: string, target: Address): void {
    const { calls } = this.#kernel;
    let first: Address | undefined;
    for (const spelling of spellingsOf(key)) {
      const address = this.#learnSpelling(spelling, name, target);
      if (address !== undefined && first !== undefined) calls.spellKey(address, first);
      first ??= address;
    }
    if (first === undefined) return;
    const other = this.#keyOf.get(name) ?? first;
    if (other !== first) for (const shared of [other, first]) calls.shareKey(shared);
    else this.#keyOf.set(name, first);
  }

  /** Lets the members of all keys of a field go to the type. */
  setTarget(name: string, target: Address): void {
    for (const [spelling, { name: of, address }] of this.#keys) {
      if (of !== name) continue;
      this.#kernel.calls.setTarget(address, target);
      this.#keys.set(spelling, { name, address, target });
    }
  }

  /** Answers with the address of a spelling that was not known. */
  #learnSpelling(spelling: string, name: string, target: Address): Address | undefined {
    const { calls } = this.#kernel;
    const present = this.#keys.get(spelling);
    if (present === undefined && this.#keys.size === keysMax) return undefined;
    if (present !== undefined && (target === 0 || present.target === target)) return undefined;
    const bytes = Buffer.from(spelling);
    if (present !== undefined) calls.setTarget(present.address, target);
    const address =
      present?.address ?? calls.addStructKey(this.#struct, this.#kernel.copyIn(bytes), bytes.length, target);
    this.#keys.set(spelling, { name, address, target });
    return present === undefined ? address : undefined;
  }
}
