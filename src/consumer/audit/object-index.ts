import type { WrittenObject } from '../ledger/ledger-entry.ts';
import type { ObjectInfo } from '../ports/lake.ts';

/** The entry that lists an object. */
export interface EntryPlace {
  readonly partition: number;
  readonly from: bigint;
}

/**
 * What the ledger lists, to be compared with a listing of the lake: millions of objects in typed arrays, about 30 bytes each. A key is
 * known by a 64-bit hash. Whatever differs is looked at again by its entry, so that a hash never decides alone.
 */
export class ObjectIndex {
  #count = 0;
  #columns = columnsFor(1024);
  /** Open addressing; 0 is a free slot, otherwise an object's index + 1. */
  #slots = new Uint32Array(2048);

  add({ partition, from }: EntryPlace, { key, bytes, version }: WrittenObject): void {
    if (this.#count === this.#columns.sizes.length) this.#grow();
    const at = this.#count++;
    const columns = this.#columns;
    [columns.low[at], columns.high[at]] = hashOf(key);
    columns.sizes[at] = bytes;
    columns.versions[at] = version === undefined ? 0 : versionHash(version);
    columns.partitions[at] = partition;
    columns.froms[at] = from;
    this.#link(at);
  }

  /** Notes what a listing shows; false for a key that no entry lists. */
  see({ key, size, version }: ObjectInfo): boolean {
    const [low, high] = hashOf(key);
    const { sizes, versions, states } = this.#columns;
    let isListed = false;
    for (const at of this.#at(low, high)) {
      isListed = true;
      const isSame = version !== undefined && versions[at] === versionHash(version) && sizes[at] === size;
      states[at] = isSame ? confirmed : doubtful;
    }
    return isListed;
  }

  /**
   * Entries that `isWanted` of objects that no listing has confirmed: not there, of another size or version, or of a store that tells no
   * versions.
   */
  *doubtful(isWanted: (place: EntryPlace) => boolean = () => true): Iterable<EntryPlace> {
    const { states, partitions, froms } = this.#columns;
    let last: EntryPlace | undefined;
    for (let at = 0; at < this.#count; at++) {
      if (states[at] === confirmed) continue;
      const place = { partition: partitions[at] ?? 0, from: froms[at] ?? 0n };
      // an entry's objects were added one after the other
      if (last?.partition === place.partition && last.from === place.from) continue;
      last = place;
      if (isWanted(place)) yield place;
    }
  }

  /** Indexes of the objects with this hash. */
  *#at(low: number, high: number): Iterable<number> {
    const columns = this.#columns;
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = (this.#slots[slot] ?? 0) - 1;
      if (at < 0) return;
      if (columns.low[at] === low && columns.high[at] === high) yield at;
    }
  }

  #link(at: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#columns.low[at] ?? 0) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = at + 1;
  }

  #grow(): void {
    this.#columns = columnsFor(Math.ceil(this.#count * 1.5), this.#columns);
    const { length } = this.#columns.sizes;
    if (length * 1.25 <= this.#slots.length) return;
    let slots = this.#slots.length;
    while (slots < length * 1.25) slots *= 2;
    this.#slots = new Uint32Array(slots);
    for (let each = 0; each < this.#count; each++) this.#link(each);
  }
}

const confirmed = 1;
const doubtful = 2;

interface Columns {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly sizes: Float64Array;
  readonly versions: Uint32Array;
  readonly partitions: Uint32Array;
  readonly froms: BigInt64Array;
  readonly states: Uint8Array;
}

function columnsFor(capacity: number, before?: Columns): Columns {
  const columns = {
    low: new Uint32Array(capacity),
    high: new Uint32Array(capacity),
    sizes: new Float64Array(capacity),
    versions: new Uint32Array(capacity),
    partitions: new Uint32Array(capacity),
    froms: new BigInt64Array(capacity),
    states: new Uint8Array(capacity),
  };
  if (before === undefined) return columns;
  columns.low.set(before.low);
  columns.high.set(before.high);
  columns.sizes.set(before.sizes);
  columns.versions.set(before.versions);
  columns.partitions.set(before.partitions);
  columns.froms.set(before.froms);
  columns.states.set(before.states);
  return columns;
}

/** Never 0, which stands for an unknown version. */
function versionHash(version: string): number {
  return hashOf(version)[0] || 1;
}

/** Two 32-bit hashes of the text, mixed with each other (cyrb53). */
function hashOf(text: string): [number, number] {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return [low >>> 0, high >>> 0];
}
