import { GrowingArray } from './growing-array.ts';

/** So few bytes are not worth packing. */
const packedMin = 1024;
/** Bits of a run's length in one byte; the highest one says that more follow. */
const lengthBits = 7;
const lengthMore = 1 << lengthBits;

/** Bytes that come in runs: each run is its byte, then its length, the lower bits first; or bytes as they are, where runs would not be half as many. */
interface Packed {
  readonly bytes: Uint8Array;
  readonly areRuns: boolean;
}

/** Bytes that are added at the end and read as a whole: `pack` makes them small for the time between. */
export class PackedBytes {
  readonly #last: GrowingArray<Uint8Array>;
  /** What was added before `#last`, in order. */
  readonly #packed: Packed[] = [];
  #packedLength = 0;

  constructor(...[allocate, options]: ConstructorParameters<typeof GrowingArray<Uint8Array>>) {
    this.#last = new GrowingArray(allocate, options);
  }

  get length(): number {
    return this.#packedLength + this.#last.length;
  }

  /** Bytes that are held as they are. */
  get unpackedLength(): number {
    return this.#last.length;
  }

  push(byte: number): void {
    this.#last.push(byte);
  }

  append(bytes: Uint8Array): void {
    this.#last.append(bytes);
  }

  /** Packs what was added since the last time, unless it is little. */
  pack(): void {
    if (this.#last.length < packedMin) return;
    this.#packed.push(packed(this.#last.finish()));
    this.#packedLength += this.#last.length;
    this.#last.clear();
  }

  /** Gives all bytes; where none are packed, a view that is valid until more are added. Those that were go to the room, if there is one. */
  finish(room?: SpareBytes): Uint8Array {
    const last = this.#last.finish();
    if (this.#packed.length === 0) return last;
    const present = room?.takenBy(this);
    if (present?.length === this.length) return present;
    const all = room?.take(this.length, this) ?? new Uint8Array(this.length);
    let at = 0;
    for (const each of this.#packed) at = unpackTo(all, at, each);
    all.set(last, at);
    return all;
  }
}

/** A piece of memory that is used again and again. */
export class SpareBytes {
  #bytes = new Uint8Array(0);
  #taken: { readonly owner: unknown; readonly bytes: Uint8Array } | undefined;

  /** Gives the owner so many bytes of it, contents undefined; what was taken before is not valid any more. */
  take(length: number, owner?: unknown): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length);
    const bytes = this.#bytes.subarray(0, length);
    this.#taken = { owner, bytes };
    return bytes;
  }

  /** Gives what was taken last, if it was by this owner. */
  takenBy(owner: unknown): Uint8Array | undefined {
    return this.#taken?.owner === owner ? this.#taken?.bytes : undefined;
  }
}

/** Room for the runs of what is being packed. */
const runRoom = new SpareBytes();
/** Most bytes of a run. */
const runBytesMax = 6;

function packed(bytes: Uint8Array): Packed {
  const { length } = bytes;
  const runs = runRoom.take(length >>> 1);
  let to = 0;
  for (let at = 0; at < length;) {
    if (to + runBytesMax > length >>> 1) return { bytes: bytes.slice(), areRuns: false };
    const byte = bytes[at] ?? 0;
    let end = at + 1;
    while (end < length && bytes[end] === byte) end++;
    runs[to++] = byte;
    let left = end - at;
    for (; left >= lengthMore; left >>>= lengthBits) runs[to++] = (left & (lengthMore - 1)) | lengthMore;
    runs[to++] = left;
    at = end;
  }
  return { bytes: runs.slice(0, to), areRuns: true };
}

/** Writes the bytes to `all` from `first` on; answers with where they end. */
function unpackTo(all: Uint8Array, first: number, { bytes, areRuns }: Packed): number {
  if (!areRuns) {
    all.set(bytes, first);
    return first + bytes.length;
  }
  let to = first;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at++] ?? 0;
    let length = 0;
    for (let shift = 0, more = true; more; shift += lengthBits) {
      const part = bytes[at++] ?? 0;
      length |= (part & (lengthMore - 1)) << shift;
      more = part >= lengthMore;
    }
    all.fill(byte, to, to + length);
    to += length;
  }
  return to;
}
