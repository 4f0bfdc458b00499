import type { StringDictionary } from '../consumer/columnar-table.ts';
import { unreachable } from '../runtime/errors.ts';
import { ByteWriter } from './byte-writer.ts';
import { bitWidth, writeDelta, writeHybrid } from './encodings.ts';
import type { LeafValues } from './leaf-values.ts';

/** Numbers by which the format knows its encodings. */
export const encodings = { plain: 0, rle: 3, deltaBinaryPacked: 5, rleDictionary: 8 } as const;

/** How the values of one column chunk are written, chosen by what they are. */
export interface ValueEncoding {
  readonly encoding: number;
  readonly dictionary?: { readonly bytes: Uint8Array; readonly count: number };
  /** Roughly, to size pages. */
  readonly bytesPerValue: number;
  /** Least and largest value as the format has them; left out where they are too long. */
  readonly bounds?: { readonly min: Uint8Array; readonly max: Uint8Array };
  write(out: ByteWriter, first: number, end: number): void;
}

/** Different numbers a dictionary may hold: 16 bits each. */
const dictionaryNumbersMax = 65_536;
const sampleValues = 4096;
const boundBytesMax = 64;
/** Differences of such numbers, and differences of those, are exact. */
const exactRange = 2 ** 51;

export function encodingOf(flat: LeafValues): ValueEncoding {
  switch (flat.kind) {
    case 'texts':
      return textEncoding(flat.codes, flat.dictionary);
    case 'doubles':
      return doubleEncoding(flat.values, flat.isFloat);
    case 'integers':
      return integerEncoding(flat.values, flat.bytes);
    case 'bigints':
      return bigintEncoding(flat.values);
    case 'booleans':
      return booleanEncoding(flat.values);
    default:
      return unreachable(flat);
  }
}

function textEncoding(codes: Int32Array, dictionary: StringDictionary): ValueEncoding {
  const { count, bytes, starts, ends } = dictionary;
  const lengthOf = (code: number): number => (ends[code] ?? 0) - (starts[code] ?? 0) + 4;
  const writeText = (out: ByteWriter, code: number): void => {
    out.int32(lengthOf(code) - 4);
    out.range(bytes, starts[code] ?? 0, ends[code] ?? 0);
  };
  let plainBytes = 0;
  for (let index = 0; index < codes.length; index++) plainBytes += lengthOf(codes[index] ?? 0);
  let dictionaryBytes = 0;
  for (let code = 0; code < count; code++) dictionaryBytes += lengthOf(code);
  const bounds = textBounds(dictionary);
  if (dictionaryBytes + (codes.length * bitWidth(count)) / 8 < plainBytes) {
    const out = new ByteWriter();
    for (let code = 0; code < count; code++) writeText(out, code);
    return { ...codesEncoding(codes, { bytes: out.finish(), count }), ...bounds };
  }
  return {
    encoding: encodings.plain,
    bytesPerValue: plainBytes / Math.max(1, codes.length),
    ...bounds,
    write: (out, first, end) => {
      for (let index = first; index < end; index++) writeText(out, codes[index] ?? 0);
    },
  };
}

/** By unsigned bytes, which is the order of code points. */
function textBounds({ count, bytes, starts, ends }: StringDictionary): Pick<ValueEncoding, 'bounds'> {
  if (count === 0) return {};
  const textAt = (code: number): Uint8Array => bytes.subarray(starts[code], ends[code]);
  let min = textAt(0);
  let max = min;
  for (let code = 1; code < count; code++) {
    const text = textAt(code);
    if (Buffer.compare(text, min) < 0) min = text;
    else if (Buffer.compare(text, max) > 0) max = text;
  }
  return min.length > boundBytesMax || max.length > boundBytesMax ? {} : { bounds: { min, max } };
}

function codesEncoding(
  codes: Int32Array,
  dictionary: { readonly bytes: Uint8Array; readonly count: number },
): ValueEncoding {
  const width = bitWidth(Math.max(0, dictionary.count - 1));
  return {
    encoding: encodings.rleDictionary,
    dictionary,
    bytesPerValue: width / 8,
    write: (out, first, end) => {
      out.byte(width);
      writeHybrid(out, codes, { first, end, width });
    },
  };
}

function doubleEncoding(values: Float64Array, isFloat: boolean): ValueEncoding {
  const writeNumber = (out: ByteWriter, value: number): void => (isFloat ? out.float(value) : out.double(value));
  const { min, max } = rangeOf(values);
  // a zero of either sign lies within
  const bounds =
    values.length === 0
      ? {}
      : {
          bounds: {
            min: bytesOf((out) => writeNumber(out, min === 0 ? -0 : min)),
            max: bytesOf((out) => writeNumber(out, max === 0 ? 0 : max)),
          },
        };
  const bytes = isFloat ? 4 : 8;
  const found = numberDictionary(values, values.length / 2);
  if (found !== undefined) {
    return { ...dictionaryEncoding(found, writeNumber), ...bounds };
  }
  return { ...plainNumbers(values, bytes, writeNumber), ...bounds };
}

function integerEncoding(values: Float64Array | Int32Array, bytes: 4 | 8): ValueEncoding {
  const writeNumber = (out: ByteWriter, value: number): void =>
    bytes === 4 ? out.int32(value) : out.int64(BigInt(value));
  const { min, max } = rangeOf(values);
  const bounds =
    values.length === 0
      ? {}
      : { bounds: { min: bytesOf((out) => writeNumber(out, min)), max: bytesOf((out) => writeNumber(out, max)) } };
  const isExact = max - min < (bytes === 4 ? 2 ** 31 : exactRange) && Math.abs(min) < exactRange;
  const deltaBytes = isExact ? deltaBytesOf(values) : bytes;
  const found = deltaBytes > 1 ? numberDictionary(values, values.length / 8) : undefined;
  if (found !== undefined && bitWidth(found.numbers.length) / 8 < deltaBytes) {
    return { ...dictionaryEncoding(found, writeNumber), ...bounds };
  }
  if (isExact) {
    return {
      encoding: encodings.deltaBinaryPacked,
      bytesPerValue: deltaBytes,
      ...bounds,
      write: (out, first, end) => writeDelta(out, values, first, end),
    };
  }
  return { ...plainNumbers(values, bytes, writeNumber), ...bounds };
}

type WriteNumber = (out: ByteWriter, value: number) => void;

function dictionaryEncoding({ numbers, codes }: NumberDictionary, writeNumber: WriteNumber): ValueEncoding {
  const out = new ByteWriter();
  for (const value of numbers) writeNumber(out, value);
  return codesEncoding(codes, { bytes: out.finish(), count: numbers.length });
}

function plainNumbers(values: Float64Array | Int32Array, bytes: 4 | 8, writeNumber: WriteNumber): ValueEncoding {
  return {
    encoding: encodings.plain,
    bytesPerValue: bytes,
    write: (out, first, end) => {
      for (let index = first; index < end; index++) writeNumber(out, values[index] ?? 0);
    },
  };
}

/** Bytes that a value takes as a difference, by the first ones. */
function deltaBytesOf(values: Float64Array | Int32Array): number {
  const count = Math.min(values.length, sampleValues);
  return bytesOf((out) => writeDelta(out, values, 0, count)).length / Math.max(1, count);
}

function bigintEncoding(values: BigInt64Array): ValueEncoding {
  let min = values[0] ?? 0n;
  let max = min;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return {
    encoding: encodings.plain,
    bytesPerValue: 8,
    bounds: { min: bytesOf((out) => out.int64(min)), max: bytesOf((out) => out.int64(max)) },
    write: (out, first, end) => {
      for (let index = first; index < end; index++) out.int64(values[index] ?? 0n);
    },
  };
}

function booleanEncoding(values: Uint8Array): ValueEncoding {
  const { min, max } = rangeOf(values);
  return {
    encoding: encodings.plain,
    bytesPerValue: 1 / 8,
    ...(values.length > 0 && { bounds: { min: Uint8Array.of(min), max: Uint8Array.of(max) } }),
    write: (out, first, end) => {
      for (let start = first; start < end; start += 8) {
        let bits = 0;
        for (let index = start; index < Math.min(end, start + 8); index++)
          bits |= (values[index] ?? 0) << (index - start);
        out.byte(bits);
      }
    },
  };
}

function rangeOf(values: Float64Array | Int32Array | Uint8Array): { readonly min: number; readonly max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

interface NumberDictionary {
  readonly numbers: Float64Array;
  readonly codes: Int32Array;
}

/** Numbers by their bits, so that zeros of both signs stay apart; `undefined` when there are more than `countMax`. */
function numberDictionary(numbersOf: Float64Array | Int32Array, countMax: number): NumberDictionary | undefined {
  const values = numbersOf instanceof Float64Array ? numbersOf : Float64Array.from(numbersOf);
  const most = Math.min(dictionaryNumbersMax, countMax);
  const codes = new Int32Array(values.length);
  const numbers = new Float64Array(Math.ceil(most) + 1);
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const kept = new Int32Array(numbers.buffer);
  let places = new Int32Array(256);
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    const low = halves[index * 2] ?? 0;
    const high = halves[index * 2 + 1] ?? 0;
    let place = placeOf(low, high, places.length);
    let code = (places[place] ?? 0) - 1;
    while (code >= 0 && (kept[code * 2] !== low || kept[code * 2 + 1] !== high)) {
      place = (place + 1) & (places.length - 1);
      code = (places[place] ?? 0) - 1;
    }
    if (code < 0) {
      if (count + 1 > most) return undefined;
      code = count++;
      numbers[code] = values[index] ?? 0;
      places[place] = count;
      if (count * 2 > places.length) places = withMorePlaces(kept, count, places.length * 2);
    }
    codes[index] = code;
  }
  return { numbers: numbers.subarray(0, count), codes };
}

function withMorePlaces(kept: Int32Array, count: number, length: number): Int32Array<ArrayBuffer> {
  const places = new Int32Array(length);
  for (let code = 0; code < count; code++) {
    let place = placeOf(kept[code * 2] ?? 0, kept[code * 2 + 1] ?? 0, length);
    while (places[place] !== 0) place = (place + 1) & (length - 1);
    places[place] = code + 1;
  }
  return places;
}

function placeOf(low: number, high: number, length: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (length - 1);
}

function bytesOf(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return Uint8Array.from(out.finish());
}
