import type { StringDictionary } from './columnar-table.ts';

/** Different texts, numbered from 0 in the order in which they came. */
export class TextDictionary {
  readonly #codes = new Map<string, number>();

  /** The number of the text. */
  addText(text: string): number {
    const present = this.#codes.get(text);
    if (present !== undefined) return present;
    const code = this.#codes.size;
    this.#codes.set(text, code);
    return code;
  }

  finish(): StringDictionary {
    const texts = Array.from(this.#codes.keys(), (text) => Buffer.from(text, 'utf8'));
    const offsets = new Int32Array(texts.length + 1);
    for (const [code, { length }] of texts.entries()) offsets[code + 1] = (offsets[code] ?? 0) + length;
    return {
      count: texts.length,
      bytes: Buffer.concat(texts),
      starts: offsets.subarray(0, -1),
      ends: offsets.subarray(1),
    };
  }
}

/** The entry as text. */
export function textOf({ bytes, starts, ends }: StringDictionary, code: number): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('utf8', starts[code], ends[code]);
}
