import { windowBytesMax, type Kernel } from './kernel.ts';
import type { Address } from './kernel-calls.ts';

/** Text may be twice as long as the members: of a JSON Pointer slashes and tildes are written as two characters. */
const roomBytes = 2 * windowBytesMax;
/** Numbers of 32 bits that the kernel keeps of a member, in the order of its `ExtraMember`. */
const memberFields = 6;
const [rowField, startField, textField, textEndField, rawStartField, rawEndField] = [0, 1, 2, 3, 4, 5] as const;

/** A member as the key and value of a JSON object. */
export interface KernelExtra {
  readonly row: number;
  /** Address of the value in the window. */
  readonly start: Address;
  /** Its JSON Pointer, a colon, and the value unless that is raw. */
  readonly text: Uint8Array;
  /** The value, which the host must write, as it stands in the record. */
  readonly raw: string | undefined;
}

/** JSON objects of rows, one behind the other. */
export interface KernelObjects {
  readonly bytes: Uint8Array;
  readonly rows: Int32Array;
  /** Where each ends in `bytes`. */
  readonly ends: Int32Array;
  /** How many members they have. */
  readonly members: number;
}

/**
 * Members of scanned records whose fields can have no column: the kernel writes them as text while it reads the records. They are of the rows of
 * one window, in the order in which they stand there. What this gives is stale as soon as the kernel goes on.
 */
export class KernelExtras {
  readonly #kernel: Kernel;
  readonly #scanner: Address;
  readonly #extras: Address;

  constructor(kernel: Kernel, scanner: Address) {
    this.#kernel = kernel;
    this.#scanner = scanner;
    this.#extras = kernel.calls.extrasOf(scanner);
  }

  get count(): number {
    return this.#kernel.calls.extraCountOf(this.#extras);
  }

  /** Makes a key known, which has no escapes. */
  addKey(spelling: Uint8Array): void {
    const { calls } = this.#kernel;
    const name = this.#kernel.copyIn(spelling);
    calls.addExtraKey(calls.keysOf(this.#scanner), this.#extras, name, spelling.length, roomBytes);
  }

  rowAt(index: number): number {
    return this.#fieldAt(index, rowField);
  }

  startAt(index: number): Address {
    return this.#fieldAt(index, startField);
  }

  memberAt(index: number): KernelExtra {
    const rawStart = this.#fieldAt(index, rawStartField);
    return {
      row: this.rowAt(index),
      start: this.startAt(index),
      text: this.#kernel.bytes.subarray(this.#fieldAt(index, textField), this.#fieldAt(index, textEndField)),
      raw: rawStart === 0 ? undefined : this.#kernel.stringAt(rawStart, this.#fieldAt(index, rawEndField)),
    };
  }

  /** Gives the objects of rows from the member `first` on, the first one of its row, up to a row with one that is raw. */
  objectsFrom(first: number): KernelObjects {
    const { calls, rows, ids } = this.#kernel;
    const count = calls.findExtraObjects(this.#extras, first, rows, ids);
    const ends = this.#kernel.viewInt32(ids, count);
    const start = count === 0 ? 0 : this.#fieldAt(first, textField) - 1;
    return {
      bytes: this.#kernel.bytes.subarray(start, start + (ends[count - 1] ?? 0)),
      rows: this.#kernel.viewInt32(rows, count),
      ends,
      members: count === 0 ? 0 : calls.foundMembers.value - first,
    };
  }

  /** Drops all members. */
  empty(): void {
    this.#kernel.calls.emptyExtras(this.#extras);
  }

  #fieldAt(index: number, field: number): number {
    const { calls, int32 } = this.#kernel;
    const first = calls.extraMembersOf(this.#extras) / Int32Array.BYTES_PER_ELEMENT;
    return int32[first + index * memberFields + field] ?? 0;
  }
}
