import type { StringDictionary } from './string-dictionary.ts';

/** Builds a dictionary of distinct strings; ids count from 0 in the order in which the strings came. */
export class DictionaryBuilder {
  readonly #ids = new Map<string, number>();

  /** Gives the string's id; a new string is added. */
  idOf(string: string): number {
    const present = this.#ids.get(string);
    if (present !== undefined) return present;
    const id = this.#ids.size;
    this.#ids.set(string, id);
    return id;
  }

  finish(): StringDictionary {
    const strings = Array.from(this.#ids.keys(), (string) => Buffer.from(string, 'utf8'));
    const offsets = new Int32Array(strings.length + 1);
    for (const [id, { length }] of strings.entries()) offsets[id + 1] = (offsets[id] ?? 0) + length;
    return {
      count: strings.length,
      bytes: Buffer.concat(strings),
      starts: offsets.subarray(0, -1),
      ends: offsets.subarray(1),
    };
  }
}

export function stringAt({ bytes, starts, ends }: StringDictionary, id: number): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('utf8', starts[id], ends[id]);
}
