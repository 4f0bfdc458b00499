import { msPerDay, msPerHour, msPerMinute } from '../../runtime/duration.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function sayWhole(count: number): string {
  return whole.format(count);
}

/** A count with its unit: `1,234 rows`. */
export function sayCount(count: number | bigint, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${Number(count) === 1 ? one : many}`;
}

export function sayRate(perSecond: number): string {
  return `${(perSecond < 10 ? tenths : whole).format(perSecond)}/s`;
}

export function sayBytes(bytes: number): string {
  return bytes < 1e6 ? `${tenths.format(bytes / 1e3)} kB` : `${whole.format(bytes / 1e6)} MB`;
}

/** A duration in its two largest units. */
export function sayDuration(ms: number): string {
  if (ms < 1000) return `${whole.format(ms)} ms`;
  if (ms < msPerMinute) return `${(ms < 10_000 ? tenths : whole).format(ms / 1000)} s`;
  if (ms < msPerHour) return `${Math.floor(ms / msPerMinute)} min ${Math.floor((ms % msPerMinute) / 1000)} s`;
  if (ms < msPerDay) return `${Math.floor(ms / msPerHour)} h ${Math.floor((ms % msPerHour) / msPerMinute)} min`;
  return `${Math.floor(ms / msPerDay)} d ${Math.floor((ms % msPerDay) / msPerHour)} h`;
}

const barColumns = 20;

/** A share from 0 to 1 as a bar with its percentage. */
export function sayShare(share: number): string {
  const bounded = Math.min(1, Math.max(0, share));
  const full = Math.round(bounded * barColumns);
  return `${'█'.repeat(full)}${'░'.repeat(barColumns - full)} ${Math.floor(bounded * 100)} %`;
}
