import type { StringDictionary } from './columnar-table.ts';
import { hashOf } from './text-hash.ts';

/** Different texts as UTF-8 bytes, numbered from 0 in the order in which they came. */
export class TextDictionary {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  #count = 0;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #hashes = new Int32Array(64);
  /** Open addressing: number of the text plus one, 0 for a free place. A power of two, at most half full. */
  #places = new Int32Array(128);

  /** The number of the text `source[start, end)`, whose hash is `hash`. */
  add(source: DataView, start: number, end: number, hash: number): number {
    const mask = this.#places.length - 1;
    let place = hash & mask;
    for (;;) {
      const code = (this.#places[place] ?? 0) - 1;
      if (code < 0) return this.#append(source, start, end, { hash, place });
      if (this.#hashes[code] === hash && this.#equals(code, source, start, end)) return code;
      place = (place + 1) & mask;
    }
  }

  addText(text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    return this.addBytes(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  }

  addBytes(source: DataView, start: number, end: number): number {
    return this.add(source, start, end, hashOf(source, start, end));
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

  #equals(code: number, source: DataView, start: number, end: number): boolean {
    let at = this.#starts[code] ?? 0;
    if ((this.#ends[code] ?? 0) - at !== end - start) return false;
    let from = start;
    for (; from + 4 <= end; from += 4, at += 4)
      if (this.#view.getInt32(at, true) !== source.getInt32(from, true)) return false;
    for (; from < end; from++, at++) if (this.#bytes[at] !== source.getUint8(from)) return false;
    return true;
  }

  #append(source: DataView, start: number, end: number, at: { readonly hash: number; readonly place: number }): number {
    const code = this.#count++;
    const used = this.#used + end - start;
    if (used > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, new Uint8Array(used * 2));
      this.#view = new DataView(this.#bytes.buffer);
    }
    if (code === this.#starts.length) this.#growEntries();
    this.#bytes.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start), this.#used);
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
      let place = (this.#hashes[code] ?? 0) & mask;
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

function grown<Numbers extends Int32Array | Uint8Array>(source: Numbers, target: Numbers): Numbers {
  target.set(source);
  return target;
}
