/** Views doubles as the integers of 64 bits that have the same bytes. */
export function asLongs({ buffer, byteOffset, length }: Float64Array): BigInt64Array {
  return new BigInt64Array(buffer, byteOffset, length);
}

/** Views integers of 64 bits as the doubles that have the same bytes: to be copied, for some are NaN. */
export function asDoubles({ buffer, byteOffset, length }: BigInt64Array): Float64Array {
  return new Float64Array(buffer, byteOffset, length);
}

/** Replaces doubles, all of them integers, by integers of 64 bits where they stand. */
export function toLongs(values: Float64Array): BigInt64Array {
  const longs = asLongs(values);
  for (let index = 0; index < values.length; index++) longs[index] = BigInt(values[index] ?? 0);
  return longs;
}
