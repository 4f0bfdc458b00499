import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectInfo } from '../../ports/lake.ts';

/** The entry that lists an object. */
export interface EntryId {
  readonly partition: number;
  readonly from: bigint;
}

/**
 * What the ledger lists, to be compared with a listing of the lake: millions of objects in typed arrays, about 44 bytes each. A key is
 * known by a 64-bit hash. Whatever differs is looked at again by its entry, so that a hash never decides alone.
 */
export class ObjectIndex {
  readonly #chunks: Chunk[] = [];
  #count = 0;
  /** Open addressing by the hash; 0 is a free slot, otherwise an object's index + 1. */
  #slots = new Uint32Array(4096);

  /** `isInspected`: the entry's objects are looked at by themselves, so that only their keys matter. */
  add({ partition, from }: EntryId, { key, bytes, rows, version }: WrittenObject, isInspected = false): void {
    const at = this.#count++;
    if (at % chunkObjects === 0) this.#chunks.push(newChunk());
    if (this.#count * 1.5 > this.#slots.length) this.#rehash();
    const chunk = this.#chunk(at);
    const offset = at % chunkObjects;
    [chunk.low[offset], chunk.high[offset]] = hashOf(key);
    chunk.sizes[offset] = bytes;
    chunk.rows[offset] = rows;
    chunk.versions[offset] = version === undefined ? unknownVersion : versionHash(version);
    chunk.partitions[offset] = partition;
    chunk.froms[offset] = from;
    chunk.confirmed[offset] = isInspected ? 1 : 0;
    this.#link(at);
  }

  /** Notes what a listing shows; false for a key that no entry lists. */
  see({ key, size, version }: ObjectInfo): boolean {
    let isListed = false;
    for (const { chunk, offset } of this.#find(key)) {
      isListed = true;
      const isSame = version !== undefined && chunk.versions[offset] === versionHash(version);
      // sizes are kept modulo 2³²
      if (isSame && chunk.sizes[offset] === size >>> 0) chunk.confirmed[offset] = 1;
    }
    return isListed;
  }

  /** Notes that the object's rows are in another file, so that it need not be there; false when no entry lists it with so many. */
  confirm(key: string, rows: number): boolean {
    let isListed = false;
    for (const { chunk, offset } of this.#find(key)) {
      if (chunk.rows[offset] !== rows) continue;
      isListed = true;
      chunk.confirmed[offset] = 1;
    }
    return isListed;
  }

  /**
   * Entries that `isWanted` of objects that no listing has confirmed: not there, of another size or version, or of a store that tells no
   * versions.
   */
  *doubtful(isWanted: (entry: EntryId) => boolean = () => true): Iterable<EntryId> {
    let last: EntryId | undefined;
    for (let at = 0; at < this.#count; at++) {
      const { confirmed, partitions, froms } = this.#chunk(at);
      const offset = at % chunkObjects;
      if (confirmed[offset] === 1) continue;
      const entry = { partition: partitions[offset] ?? 0, from: froms[offset] ?? 0n };
      // an entry's objects were added one after the other
      if (last?.partition === entry.partition && last.from === entry.from) continue;
      last = entry;
      if (isWanted(entry)) yield entry;
    }
  }

  *#find(key: string): Iterable<{ readonly chunk: Chunk; readonly offset: number }> {
    const [low, high] = hashOf(key);
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const at = (this.#slots[slot] ?? 0) - 1;
      const chunk = this.#chunk(at);
      const offset = at % chunkObjects;
      if (chunk.low[offset] === low && chunk.high[offset] === high) yield { chunk, offset };
    }
  }

  #chunk(at: number): Chunk {
    const chunk = this.#chunks[Math.floor(at / chunkObjects)];
    if (chunk === undefined) throw new RangeError(`the index holds ${this.#count} objects, asked for ${at}`);
    return chunk;
  }

  #link(at: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#chunk(at).low[at % chunkObjects] ?? 0) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = at + 1;
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let each = 0; each < this.#count - 1; each++) this.#link(each);
  }
}

const chunkObjects = 65_536;
const unknownVersion = 0;

interface Chunk {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly sizes: Uint32Array;
  readonly rows: Uint32Array;
  readonly versions: Uint32Array;
  readonly partitions: Uint32Array;
  readonly froms: BigInt64Array;
  readonly confirmed: Uint8Array;
}

/** In chunks, so that nothing is copied while it grows. */
function newChunk(): Chunk {
  return {
    low: new Uint32Array(chunkObjects),
    high: new Uint32Array(chunkObjects),
    sizes: new Uint32Array(chunkObjects),
    rows: new Uint32Array(chunkObjects),
    versions: new Uint32Array(chunkObjects),
    partitions: new Uint32Array(chunkObjects),
    froms: new BigInt64Array(chunkObjects),
    confirmed: new Uint8Array(chunkObjects),
  };
}

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
