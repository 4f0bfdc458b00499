import type { KernelType } from './kernel-type.ts';
import type { Address, Kernel } from './kernel.ts';

/**
 * The entries of one field in a block of records: one for each value but null, in the order of the rows. Views of them are stale once the
 * kernel has allocated.
 */
export class KernelFieldEntries {
  readonly #kernel: Kernel;
  readonly address: Address;

  constructor(kernel: Kernel, address: Address) {
    this.#kernel = kernel;
    this.address = address;
  }

  get count(): number {
    return this.#kernel.calls.countOf(this.address);
  }

  get rows(): Int32Array {
    return this.#int32(this.#kernel.calls.rowsOf(this.address));
  }

  get kinds(): Uint8Array {
    const { bytes, calls } = this.#kernel;
    const first = calls.kindsOf(this.address);
    return bytes.subarray(first, first + this.count);
  }

  /** Addresses where the values begin: strings between their quotes or without their escapes. */
  get starts(): Int32Array {
    return this.#int32(this.#kernel.calls.startsOf(this.address));
  }

  get ends(): Int32Array {
    return this.#int32(this.#kernel.calls.endsOf(this.address));
  }

  /** Numbers, times in milliseconds since the epoch, dates in days, 1 and 0 for booleans; the address in the window of a string. */
  get numbers(): Float64Array {
    const { float64, calls } = this.#kernel;
    const first = calls.numbersOf(this.address) / Float64Array.BYTES_PER_ELEMENT;
    return float64.subarray(first, first + this.count);
  }

  /** Kinds that occur, as a bit set. */
  get kindBits(): number {
    return this.#kernel.calls.kindBitsOf(this.address);
  }

  /** Gives the dictionary id of each entry's string, -1 for an entry whose kind is not among `kindBits`; stale with the next call. */
  idsOf(kindBits: number, dictionary: Address): Int32Array {
    const { calls, ids } = this.#kernel;
    calls.dictionaryIdsOf(this.address, kindBits, dictionary, ids);
    return this.#int32(ids);
  }

  /**
   * Gives the strings of the entries whose kind is among `kindBits`, one behind the other, with the offsets where they end: as if they were
   * appended to others. The ids of entries count on from `first.id`, those of other entries are -1. Stale with the next call.
   */
  stringsOf(kindBits: number, first: { readonly id: number; readonly offset: number }) {
    const { calls, ids, strings, stringEnds, bytes, int32 } = this.#kernel;
    const count = calls.copyStrings(this.address, kindBits, first.id, first.offset, strings, stringEnds, ids);
    const ends = int32.subarray(
      stringEnds / Int32Array.BYTES_PER_ELEMENT,
      stringEnds / Int32Array.BYTES_PER_ELEMENT + count,
    );
    const length = (ends[count - 1] ?? first.offset) - first.offset;
    return { bytes: bytes.subarray(strings, strings + length), ends, ids: this.#int32(ids) };
  }

  /** Lets arrays or structs that fit the type whole be told from others. */
  setType(type: KernelType): void {
    this.#kernel.calls.setType(this.address, type.address);
  }

  #int32(address: Address): Int32Array {
    const first = address / Int32Array.BYTES_PER_ELEMENT;
    return this.#kernel.int32.subarray(first, first + this.count);
  }
}

/** The fields of records in the kernel: reads records into them, whatever order their keys have and whichever of them are there. */
export class KernelFields {
  readonly #kernel: Kernel;
  readonly #scanner: Address;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#scanner = kernel.calls.createScanner();
  }

  /** Addresses of the fields that have entries. */
  get filled(): Int32Array {
    const { calls, int32 } = this.#kernel;
    const first = calls.filledFieldsOf(this.#scanner) / Int32Array.BYTES_PER_ELEMENT;
    return int32.slice(first, first + calls.filledCountOf(this.#scanner));
  }

  /** Makes a field known by a spelling of its key, between the quotes: a new field, unless its address is given. */
  add(spelling: Uint8Array, field: Address = 0): Address {
    const name = this.#kernel.copyIn(spelling);
    return this.#kernel.calls.addField(this.#scanner, name, spelling.length, field);
  }

  /** Reads records whose positions are at these addresses as the rows from `firstRow` on; answers with how many came before one that can't be read. */
  scan(
    firstRow: number,
    records: { readonly starts: Address; readonly ends: Address; readonly count: number },
  ): number {
    return this.#kernel.calls.scan(this.#scanner, firstRow, records.starts, records.ends, records.count);
  }

  /** Copies the spelling of the unknown key that stopped `scan`, which goes on there when it is called again; `undefined` when something else did. */
  unknownKey(): Buffer | undefined {
    const { calls, bytes } = this.#kernel;
    const start = calls.unknownKeyStart(this.#scanner);
    return start === 0 ? undefined : Buffer.from(bytes.slice(start, calls.unknownKeyEnd()));
  }

  /** Gives up the record whose key is unknown. */
  dropRecord(row: number): void {
    this.#kernel.calls.dropRecord(this.#scanner, row);
  }

  /** Begins a new block. */
  empty(): void {
    this.#kernel.calls.emptyFields(this.#scanner);
  }
}
