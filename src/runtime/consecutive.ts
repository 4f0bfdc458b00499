/** Consecutive numbers from 0 on: a view of them costs less than making them. */
let numbers = new Int32Array(0);

/** Gives the numbers from `first` on; nobody may write to them. */
export function consecutive(first: number, count: number): Int32Array {
  const end = first + count;
  if (end > numbers.length) {
    numbers = new Int32Array(end * 2);
    for (let index = 0; index < numbers.length; index++) numbers[index] = index;
  }
  return numbers.subarray(first, end);
}
