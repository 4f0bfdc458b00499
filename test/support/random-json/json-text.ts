import type { Draw } from '../../../bench/kinds/draw.ts';

/** Writes the JSON of a random value. `progress` goes from 0 to 1 over the records of a batch. */
export type JsonText = (draw: Draw, progress: number) => string;

/** Three-byte characters that stand for bytes which are no UTF-8 until the records are bytes. */
export const badBytes: readonly (readonly [character: string, bytes: readonly number[]])[] = [
  // a surrogate, an overlong NUL, a character beyond the last, one cut off by the quote, a byte that no character has, a stray continuation
  ['\ue000', [0xed, 0xa0, 0x80]],
  ['\ue001', [0xc0, 0x80, 0x41]],
  ['\ue002', [0xf4, 0x90, 0x80]],
  ['\ue003', [0xe2, 0x82, 0x22]],
  ['\ue004', [0x41, 0xff, 0x41]],
  ['\ue005', [0x41, 0x41, 0x80]],
  ['\ue006', [0xe0, 0x9f, 0xbf]],
  ['\ue007', [0xf0, 0x8f, 0xbf]],
];

/** One of the texts, as drawn for each value anew. */
export function oneOf(texts: readonly JsonText[]): JsonText {
  return (draw, progress) => draw.pick(texts)(draw, progress);
}

/** The first text, and at that rate the other. */
export function mostly(usual: JsonText, other: JsonText, rate: number): JsonText {
  if (rate === 0) return usual;
  return (draw, progress) => (draw.isTrue(rate) ? other : usual)(draw, progress);
}

export function constant(...texts: readonly string[]): JsonText {
  return (draw) => draw.pick(texts);
}

/** A whole number in [1, max], small ones as likely as large ones. */
export function anySize(draw: Draw, max: number): number {
  return Math.floor(Math.exp(draw.share() * Math.log(max + 1)));
}
