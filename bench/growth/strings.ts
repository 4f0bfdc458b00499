import type { Series } from './series.ts';

const fieldsPerRecord = 10;
const records = 1_000_000;
const values = records * fieldsPerRecord;
/** Has no divisor in common with any number of strings. */
const stride = 6_364_139;

export const strings: Series = {
  name: 'strings',
  about: 'different strings among 10 million, all of 8 characters, in 10 fields',
  sizes: [100, 10_000, 1_000_000, values],
  kindAt: (size) => ({
    name: `strings-${size}`,
    about: '',
    records,
    columns: {},
    textAt: (_, index) => {
      const fields = Array.from({ length: fieldsPerRecord }, (__, at) => [
        `f${at}`,
        stringAt((index * fieldsPerRecord + at) % size, size),
      ]);
      return JSON.stringify(Object.fromEntries(fields));
    },
  }),
};

/** Another string for each `at` below `size`. */
function stringAt(at: number, size: number): string {
  return String((at * stride) % size).padStart(8, '0');
}
