const otherKeys = 2 ** 32;
const rowWeight = 2 ** 34;

/**
 * Orders values as parsed records have them: those of earlier rows first, keys that are integers (`keyIndex`, -1 for others) before others, which
 * come as they stand in the record.
 */
export function orderOf(row: number, keyIndex: number, address: number): number {
  return row * rowWeight + (keyIndex >= 0 ? keyIndex : otherKeys + address);
}
