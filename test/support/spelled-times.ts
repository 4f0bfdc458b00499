import fc from 'fast-check';

const two = (value: number): string => String(value).padStart(2, '0');
const offset = fc
  .tuple(fc.constantFrom('+', '-'), fc.constantFrom(0, 1, 5, 14, 23), fc.constantFrom(0, 1, 30, 59))
  .map(([sign, hours, minutes]) => `${sign}${two(hours)}:${two(minutes)}`);

/** Times in every spelling that a timestamp column takes. */
export const spelledTimes = fc
  .record({
    date: fc.constantFrom('1900-01-02', '1969-12-31', '2024-02-29', '2026-11-26', '9999-12-30'),
    separator: fc.constantFrom('T', 't'),
    time: fc.constantFrom('00:00:00', '13:33:20', '23:59:59'),
    fraction: fc.constantFrom('', '.5', '.0', '.12', '.00', '.120', '.999', '.000'),
    zone: fc.oneof(fc.constantFrom('Z', 'z'), offset),
  })
  .map(({ date, separator, time, fraction, zone }) => `${date}${separator}${time}${fraction}${zone}`);
