import type { Unit } from './targets.ts';
import type { Spread } from './statistics.ts';

/** Formats numbers as the page shows them. */

export function spread(values: Spread, digits: (value: number) => string): string {
  const { median, min, max } = values;
  const middle = digits(median);
  const ends = `${digits(min)} to ${digits(max)}`;
  return digits(min) === middle && digits(max) === middle ? middle : `${middle} (${ends})`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Rounds to the thousand, below ten thousand to the hundred. */
export function rounded(value: number): string {
  const step = value < 10_000 ? 100 : 1000;
  return (Math.round(value / step) * step).toLocaleString('en');
}

/** Rounds to three significant digits. */
export function short(value: number): string {
  return value >= 100 ? whole(value) : value.toPrecision(3).replace(/\.?0+$/, '');
}

export function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : String(Math.round(value));
}

export function withUnit(value: number, unit: Unit): string {
  switch (unit) {
    case '×':
      return `${value.toFixed(value < 10 ? 2 : 1).replace(/\.?0+$/, '')} ×`;
    case 'MB':
      return `${Math.round(value)} MB`;
    case 's':
      return `${value.toFixed(2)} s`;
    case 'records/s':
    case 'records/CPU s':
      return `${rounded(value)} ${unit}`;
    default:
      return unit satisfies never;
  }
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`;
}
