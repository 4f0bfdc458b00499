/** Numbers in ascending order. */
export type Ascending = Float64Array | Int32Array;

/** Finds the index of the first number from `from` on that is not less than `value`; their count when all are less. A near one is found sooner than a far one. */
export function indexAtOrAfter(numbers: Ascending, value: number, from = 0): number {
  let low = from;
  let high = from;
  for (let step = 1; high < numbers.length && (numbers[high] ?? 0) < value; step *= 2) {
    low = high + 1;
    high += step;
  }
  high = Math.min(high, numbers.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
