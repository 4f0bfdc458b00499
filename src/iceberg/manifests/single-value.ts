import { msPerDay } from '../../runtime/duration.ts';

/**
 * Writes one value of a primitive type as bounds hold it; `undefined` for a value or type that has no bound here.
 * Source: https://iceberg.apache.org/spec/#appendix-d-single-value-serialization
 */
export function singleValue(value: unknown, type: string): Uint8Array | undefined {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : undefined;
    case 'int':
    case 'date':
      return littleEndian(daysOf(value), 4);
    case 'long':
    // in microseconds
    case 'timestamp':
    case 'timestamptz':
      return littleEndian(value, 8);
    case 'float':
    case 'double':
      return real(value, type);
    case 'string':
      return typeof value === 'string' ? Buffer.from(value, 'utf8') : undefined;
    default:
      return undefined;
  }
}

/** Reads a whole number from a bound of 4 or 8 bytes. */
export function wholeOf(bound: Uint8Array): bigint | undefined {
  const bytes = Buffer.from(bound);
  if (bytes.length === 4) return BigInt(bytes.readInt32LE());
  return bytes.length === 8 ? bytes.readBigInt64LE() : undefined;
}

function littleEndian(value: unknown, length: 4 | 8): Uint8Array | undefined {
  if (typeof value !== 'bigint' && !Number.isInteger(value)) return undefined;
  const bytes = Buffer.alloc(length);
  if (length === 4) bytes.writeInt32LE(Number(value));
  else bytes.writeBigInt64LE(typeof value === 'bigint' ? value : BigInt(Number(value)));
  return bytes;
}

function real(value: unknown, type: 'float' | 'double'): Uint8Array | undefined {
  if (typeof value !== 'number' || Number.isNaN(value)) return undefined;
  const bytes = Buffer.alloc(type === 'float' ? 4 : 8);
  if (type === 'float') bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
}

function daysOf(value: unknown): unknown {
  return value instanceof Date ? Math.floor(value.getTime() / msPerDay) : value;
}
