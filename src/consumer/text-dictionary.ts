import type { StringDictionary } from './columnar-table.ts';

const hashSeed = 0x811c9dc5;
const hashPrime = 0x01000193;

/** FNV-1a, to be folded over a text's bytes; begin with `emptyHash`. */
export const emptyHash = hashSeed | 0;

export function foldHash(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, hashPrime);
}

/** Different texts as UTF-8 bytes, numbered from 0 in the order in which they came. */
export class TextDictionary {
  #bytes = Buffer.allocUnsafe(1024);
  #used = 0;
  #count = 0;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #hashes = new Int32Array(64);
  /** Open addressing: number of the text plus one, 0 for a free place. A power of two, at most half full. */
  #places = new Int32Array(128);

  /** The number of the text `source[start, end)`, whose hash is `hash`. */
  add(source: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#places.length - 1;
    let place = mix(hash) & mask;
    for (;;) {
      const code = (this.#places[place] ?? 0) - 1;
      if (code < 0) return this.#append(source, start, end, { hash, place });
      if (this.#hashes[code] === hash && this.#equals(code, source, start, end)) return code;
      place = (place + 1) & mask;
    }
  }

  addText(text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    return this.addBytes(bytes, 0, bytes.length);
  }

  addBytes(source: Uint8Array, start: number, end: number): number {
    let hash = emptyHash;
    for (let at = start; at < end; at++) hash = foldHash(hash, source[at] ?? 0);
    return this.add(source, start, end, hash);
  }

  /** A view, which the next text may make stale. */
  finish(): StringDictionary {
    return {
      count: this.#count,
      bytes: this.#bytes.subarray(0, this.#used),
      starts: this.#starts.subarray(0, this.#count),
      ends: this.#ends.subarray(0, this.#count),
    };
  }

  #equals(code: number, source: Uint8Array, start: number, end: number): boolean {
    let at = this.#starts[code] ?? 0;
    if ((this.#ends[code] ?? 0) - at !== end - start) return false;
    for (let from = start; from < end; from++, at++) if (this.#bytes[at] !== source[from]) return false;
    return true;
  }

  #append(
    source: Uint8Array,
    start: number,
    end: number,
    at: { readonly hash: number; readonly place: number },
  ): number {
    const code = this.#count++;
    const used = this.#used + end - start;
    if (used > this.#bytes.length) this.#bytes = grown(this.#bytes, Buffer.allocUnsafe(used * 2));
    if (code === this.#starts.length) this.#growEntries();
    this.#bytes.set(source.subarray(start, end), this.#used);
    this.#starts[code] = this.#used;
    this.#ends[code] = used;
    this.#hashes[code] = at.hash;
    this.#used = used;
    this.#places[at.place] = code + 1;
    if (this.#count * 2 > this.#places.length) this.#growPlaces();
    return code;
  }

  #growEntries(): void {
    const length = this.#starts.length * 2;
    this.#starts = grown(this.#starts, new Int32Array(length));
    this.#ends = grown(this.#ends, new Int32Array(length));
    this.#hashes = grown(this.#hashes, new Int32Array(length));
  }

  #growPlaces(): void {
    const places = new Int32Array(this.#places.length * 2);
    const mask = places.length - 1;
    for (let code = 0; code < this.#count; code++) {
      let place = mix(this.#hashes[code] ?? 0) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = code + 1;
    }
    this.#places = places;
  }
}

/** The entry as text. */
export function textOf({ bytes, starts, ends }: StringDictionary, code: number): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('utf8', starts[code], ends[code]);
}

/** Brings the high bits down, which tell most about short texts. */
function mix(hash: number): number {
  return hash ^ (hash >>> 15);
}

function grown<Numbers extends Int32Array | Uint8Array>(source: Numbers, target: Numbers): Numbers {
  target.set(source);
  return target;
}
