import { asLongs } from '../runtime/longs.ts';
import { KernelExtras } from './kernel-extras.ts';
import type { KernelType } from './kernel-type.ts';
import type { Address } from './kernel-calls.ts';
import type { Kernel } from './kernel.ts';

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
    return this.#kernel.viewInt32(this.#kernel.calls.rowsOf(this.address), this.count);
  }

  get kinds(): Uint8Array {
    const { bytes, calls } = this.#kernel;
    const first = calls.kindsOf(this.address);
    return bytes.subarray(first, first + this.count);
  }

  /** Addresses where the values begin: strings between their quotes or without their escapes. */
  get starts(): Int32Array {
    return this.#kernel.viewInt32(this.#kernel.calls.startsOf(this.address), this.count);
  }

  get ends(): Int32Array {
    return this.#kernel.viewInt32(this.#kernel.calls.endsOf(this.address), this.count);
  }

  /** Numbers, times in milliseconds since the epoch, dates in days, 1 and 0 for booleans; the address in the window of a string. Of integers that no double holds only `longs` tells. */
  get numbers(): Float64Array {
    return this.#kernel.viewDoubles(this.#kernel.calls.numbersOf(this.address), this.count);
  }

  /**
   * Address of where the members begin and end that were left out of the entries' arrays and structs, for the host to rescue: 32 bits each. The
   * number of an entry tells which are its own (`leftOutShare`).
   */
  get leftOut(): Address {
    return this.#kernel.calls.leftOutOf(this.address);
  }

  /** Kinds that occur, as a bit set. */
  get kindBits(): number {
    return this.#kernel.calls.kindBitsOf(this.address);
  }

  /** Gives the rows of the entries whose kind is among `kindBits`, and the addresses where they begin and end; stale with the next call, as what the next three give. */
  positionsOf(kindBits: number): { readonly rows: Int32Array; readonly starts: Int32Array; readonly ends: Int32Array } {
    const { calls, rows, ids: starts, numbers: ends } = this.#kernel;
    const count = calls.copyPositions(this.address, kindBits, rows, starts, ends);
    const view = (address: Address) => this.#kernel.viewInt32(address, count);
    return { rows: view(rows), starts: view(starts), ends: view(ends) };
  }

  /**
   * Gives of the entries `[first, end)` of a kind those some of whose members were left out: their indexes among the entries of the kind, of which
   * the first one has `index`, where they begin, and for each the first of its members and the one behind the last. Stale as what `positionsOf` gives.
   */
  partialsOf(
    kind: number,
    { first, end, index }: { readonly first: number; readonly end: number; readonly index: number },
  ) {
    const { calls, ids: indexes, rows: starts, numbers: ranges } = this.#kernel;
    const count = calls.copyPartial(this.address, kind, first, end, index, indexes, starts, ranges);
    const view = (address: Address, length: number) => this.#kernel.viewInt32(address, length);
    return { indexes: view(indexes, count), starts: view(starts, count), ranges: view(ranges, count * 2) };
  }

  /** Gives the rows and numbers of the entries whose kind is among `kindBits`; stale as what `positionsOf` gives. */
  numbersOf(kindBits: number): { readonly rows: Int32Array; readonly numbers: Float64Array } {
    const { calls, rows, numbers } = this.#kernel;
    const count = calls.copyNumbers(this.address, kindBits, rows, numbers);
    return { rows: this.#kernel.viewInt32(rows, count), numbers: this.#kernel.viewDoubles(numbers, count) };
  }

  /** Gives the rows and values of the integers, in 64 bits; stale as what `positionsOf` gives. */
  longs(): { readonly rows: Int32Array; readonly longs: BigInt64Array } {
    const { calls, rows, numbers } = this.#kernel;
    const count = calls.copyLongs(this.address, rows, numbers);
    return { rows: this.#kernel.viewInt32(rows, count), longs: asLongs(this.#kernel.viewDoubles(numbers, count)) };
  }

  /** Tells how the times are written, each as `spellingOf` does; `undefined` when all are as `toISOString` writes them. Stale as what `positionsOf` gives. */
  timeSpellings(): Int32Array | undefined {
    const { calls, ids } = this.#kernel;
    const count = calls.copySpellings(this.address, ids);
    return count === 0 ? undefined : this.#kernel.viewInt32(ids, count);
  }

  /** Gives the rows and dictionary ids of the strings whose kind is among `kindBits`. */
  idsOf(kindBits: number, dictionary: Address): { readonly rows: Int32Array; readonly ids: Int32Array } {
    const { calls, rows, ids } = this.#kernel;
    const count = calls.dictionaryIdsOf(this.address, kindBits, dictionary, rows, ids);
    return { rows: this.#kernel.viewInt32(rows, count), ids: this.#kernel.viewInt32(ids, count) };
  }

  /** Gives the strings whose kind is among `kindBits`, one behind the other, with their rows, and their ends as if the first one began at `offset`. `range`: which come first and last in the order of their bytes. */
  stringsOf(kindBits: number, offset: number) {
    const { calls, rows, strings, ids: output, bytes } = this.#kernel;
    const count = calls.copyStrings(this.address, kindBits, offset, rows, strings, output);
    const ends = this.#kernel.viewInt32(output, count);
    const length = (ends[count - 1] ?? offset) - offset;
    return {
      rows: this.#kernel.viewInt32(rows, count),
      ends,
      bytes: bytes.subarray(strings, strings + length),
      range: { min: calls.minCopied.value, max: calls.maxCopied.value },
    };
  }

  /** The leaves of the field's type hold something else than the values of the block's entries. */
  get isSpoiled(): boolean {
    return this.#kernel.calls.isSpoiled(this.address) !== 0;
  }

  /** Lets integers that are read from now on be of a kind of their own. */
  keepIntegers(): void {
    this.#kernel.calls.keepIntegers(this.address);
  }

  /** Lets integers of 64 bits that no double holds, which are read from now on, be of a kind of their own. */
  keepLongs(): void {
    this.#kernel.calls.keepLongs(this.address);
  }

  /** Lets arrays with elements none of which tells a type, on at most so many levels, be of `kindMixedArray`: the field has no known type of arrays. */
  setUntypedLevels(levels: number): void {
    this.#kernel.calls.setUntypedLevels(this.address, levels);
  }

  /** Lets objects whose members tell no type, on at most so many levels, be of `kindEmptyStruct`: no type of the field may take them. */
  setEmptyLevels(levels: number): void {
    this.#kernel.calls.setEmptyLevels(this.address, levels);
  }

  /** Says which kinds of entries can stay in the block when the window is loaded anew, and which of these are strings of a dictionary. */
  setDetachable({
    kindBits,
    stringBits,
    dictionary,
  }: {
    readonly kindBits: number;
    readonly stringBits: number;
    readonly dictionary: Address;
  }): void {
    this.#kernel.calls.setDetachable(this.address, kindBits, stringBits, dictionary);
  }

  /** The number of entries that need nothing of the window any more; the ends of their strings are dictionary ids, those of their times how these are written. */
  get detachedCount(): number {
    return this.#kernel.calls.detachedCountOf(this.address);
  }

  /** Does work for which there are no other entries than the detached ones; they are gone afterwards, and the others are there. */
  takeDetached(work: () => void): void {
    this.#kernel.calls.hideAttached(this.address);
    work();
    this.#kernel.calls.dropDetached(this.address);
  }

  /** Lets arrays or structs that fit the type whole, and none that was added before, be entries of that kind. */
  addType(type: KernelType, kind: number): void {
    this.#kernel.calls.addType(this.address, type.address, kind);
  }

  /** Finds out once more which type an array or struct of the window fits that fitted none: they have grown, or others were added. */
  readAgain(entry: number): void {
    this.#kernel.calls.readAgain(this.address, entry);
  }

  /** Lets none be of the type from now on. */
  removeType(type: KernelType): void {
    this.#kernel.calls.removeType(this.address, type.address);
  }
}

/** The fields of records in the kernel: reads records into them, whatever order their keys have and whichever of them are there. */
export class KernelFields {
  readonly #kernel: Kernel;
  readonly #scanner: Address;
  readonly #filled: Address;
  /** Members whose fields can have no column. */
  readonly extras: KernelExtras;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#scanner = kernel.calls.createScanner();
    this.#filled = kernel.calls.filledFieldsOf(this.#scanner);
    this.extras = new KernelExtras(kernel, this.#scanner);
  }

  /** Addresses of the fields that have entries. */
  get filled(): Int32Array {
    const { calls } = this.#kernel;
    return this.#kernel.copyOutInt32(calls.filledAddressesOf(this.#filled), calls.filledCountOf(this.#filled));
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
    return start === 0 ? undefined : Buffer.from(bytes.subarray(start, calls.unknownKeyEnd()));
  }

  /** Tells whether the record that stopped `scan` has a key twice. */
  get hasDuplicateKey(): boolean {
    return this.#kernel.calls.hasDuplicateKey() !== 0;
  }

  /** Gives up the record whose key is unknown. */
  dropRecord(row: number): void {
    this.#kernel.calls.dropRecord(this.#scanner, row);
  }

  /** The number of fields that have entries. */
  get filledCount(): number {
    return this.#kernel.calls.filledCountOf(this.#filled);
  }

  /** The number of their entries. */
  get filledEntries(): number {
    return this.#kernel.calls.filledEntriesOf(this.#filled);
  }

  /** Sets aside the fields whose entries need nothing of the window any more: they are not among the filled ones until `empty`, which leaves them as they are. */
  detach(): void {
    this.#kernel.calls.detachFields(this.#filled);
  }

  /** Empties the filled fields. */
  empty(): void {
    this.#kernel.calls.emptyFields(this.#filled);
  }
}
