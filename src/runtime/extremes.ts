/** Gives the smallest of any number of numbers, Infinity of none: `Math.min` takes only as many as the stack has room for. */
export function smallestOf(numbers: Iterable<number>): number {
  let smallest = Infinity;
  for (const number of numbers) smallest = Math.min(smallest, number);
  return smallest;
}

/** Gives the largest of any number of numbers; -Infinity of none. */
export function largestOf(numbers: Iterable<number>): number {
  let largest = -Infinity;
  for (const number of numbers) largest = Math.max(largest, number);
  return largest;
}
