import { isExactInteger } from '../../schema/values.ts';

/** Numbers, and the rows that they are of. */
interface RowNumbers {
  readonly rows: Int32Array;
  readonly numbers: Float64Array;
}

export interface SplitNumbers {
  readonly integers: RowNumbers;
  readonly fractions: RowNumbers;
}

/** Parts integers from other numbers. Where there are only such, they are given as they are. */
export function splitNumbers(all: RowNumbers): SplitNumbers {
  const { length } = all.numbers;
  let count = 0;
  for (let entry = 0; entry < length; entry++) if (isExactInteger(all.numbers[entry] ?? 0)) count++;
  if (count === length) return { integers: all, fractions: roomFor(0) };
  if (count === 0) return { integers: roomFor(0), fractions: all };
  const [integers, fractions] = [roomFor(count), roomFor(length - count)];
  for (let entry = 0, whole = 0; entry < length; entry++) {
    const number = all.numbers[entry] ?? 0;
    const isWhole = isExactInteger(number);
    const to = isWhole ? integers : fractions;
    const at = isWhole ? whole++ : entry - whole;
    to.rows[at] = all.rows[entry] ?? 0;
    to.numbers[at] = number;
  }
  return { integers, fractions };
}

function roomFor(count: number): RowNumbers {
  return { rows: new Int32Array(count), numbers: new Float64Array(count) };
}
