import { msPerDay, msPerHour } from '../../runtime/duration.ts';

/**
 * Gives when a Hive partition ends, in milliseconds since the epoch, by its keys as our layouts and dead letters have them: a date, perhaps
 * with an hour, or year, month, day and hour. `undefined` for a table without partitions, and for values that are no time.
 */
export function partitionEndMs(values: readonly string[]): number | undefined {
  const [date, hour] = values.length === 4 ? [values.slice(0, 3).join('-'), values[3]] : values;
  if (date === undefined || values.length === 3 || values.length > 4) return undefined;
  const startMs = /^\d{4,}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(startMs)) return undefined;
  if (hour === undefined) return startMs + msPerDay;
  return /^([01]\d|2[0-3])$/.test(hour) ? startMs + (Number(hour) + 1) * msPerHour : undefined;
}
