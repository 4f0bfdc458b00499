import type { AvroInput } from './avro-input.ts';
import type { AvroType, DecimalForm } from './avro-type.ts';
import type { JsonOutput } from './json-output.ts';
import { dateText, durationText, timeOfDayText, timestampReader } from './time-readers.ts';

/** Reads a value from Avro's bytes and writes it as JSON. */
export type ValueReader = (input: AvroInput, output: JsonOutput) => void;

type Kind<K extends AvroType['kind']> = Extract<AvroType, { kind: K }>;

/** Most digits of a decimal that a double, and so a column of our decimals, keeps. */
export const exactDigits = 15;
const decimalEnd = 10n ** BigInt(exactDigits);

export function intReader({ logical }: Kind<'int'>): ValueReader {
  switch (logical) {
    case 'date':
      return (input, output) => writeText(dateText(input.count()), output);
    case 'time-millis':
      return (input, output) => writeText(timeOfDayText(input.count(), 3), output);
    default:
      return readLong;
  }
}

export function longReader({ logical }: Kind<'long'>): ValueReader {
  switch (logical) {
    case undefined:
      return readLong;
    case 'time-micros':
      return (input, output) => writeText(timeOfDayText(input.count(), 6), output);
    default: {
      const textOf = timestampReader(logical);
      return (input, output) => writeText(textOf(input.long()), output);
    }
  }
}

function readLong(input: AvroInput, output: JsonOutput): void {
  output.integer(input.long());
}

/** Writes a number as `parseJson` reads it back; what JSON has no number for as a string. */
export function writeNumber(value: number, output: JsonOutput): void {
  if (Object.is(value, -0)) output.ascii('-0');
  else if (!Number.isFinite(value)) output.ascii(`"${value}"`);
  // an exponent says that it is a double: the digits of large ones would be those of an integer
  else if (Number.isInteger(value) && !Number.isSafeInteger(value)) output.ascii(value.toExponential());
  else output.ascii(String(value));
}

/** Bytes come as Base64. */
export function binaryReader({ decimal }: Kind<'bytes'>): ValueReader {
  if (decimal !== undefined) return decimalReader((input) => input.count(), decimal);
  return (input, output) => {
    const start = input.content();
    writeText(input.bytes.toString('base64', start, input.at), output);
  };
}

export function fixedReader({ size, decimal, logical }: Kind<'fixed'>): ValueReader {
  if (decimal !== undefined) return decimalReader(() => size, decimal);
  switch (logical) {
    case 'uuid':
      return (input, output) => writeText(uuidText(input.bytes, input.take(size)), output);
    case 'duration':
      return (input, output) => writeText(durationText(input.bytes, input.take(size)), output);
    default:
      return (input, output) => {
        const start = input.take(size);
        writeText(input.bytes.toString('base64', start, input.at), output);
      };
  }
}

/** A decimal with more digits than a double keeps comes as a string of them. */
function decimalReader(lengthOf: (input: AvroInput) => number, { precision, scale }: DecimalForm): ValueReader {
  const isNumber = precision <= exactDigits;
  return (input, output) => {
    const length = lengthOf(input);
    const unscaled = signedInteger(input.bytes, input.take(length), input.at);
    const text = decimalText(unscaled, scale);
    if (isNumber && unscaled < decimalEnd && unscaled > -decimalEnd) output.ascii(text);
    else writeText(text, output);
  };
}

/** Reads a two's complement, highest byte first. */
function signedInteger(bytes: Buffer, start: number, end: number): bigint {
  if (start === end) return 0n;
  const hex = bytes.toString('hex', start, end);
  return BigInt.asIntN((end - start) * 8, BigInt(`0x${hex}`));
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, -scale);
  return `${unscaled < 0n ? '-' : ''}${whole}.${digits.slice(-scale)}`;
}

function uuidText(bytes: Buffer, start: number): string {
  const hex = bytes.toString('hex', start, start + 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Writes text without anything that JSON escapes. */
function writeText(text: string, output: JsonOutput): void {
  output.byte(0x22);
  output.ascii(text);
  output.byte(0x22);
}
