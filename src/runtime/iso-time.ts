/**
 * Reads a time of ISO 8601 with its zone, which is the same wherever it is read: milliseconds since 1970. `undefined` for all else, also for a
 * day that no calendar has, of which `Date.parse` makes one of the next month.
 */
export function parseIsoTime(text: string): number | undefined {
  const timeMs = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) || !isIsoDay(text.slice(0, 10)) ? undefined : timeMs;
}

/** Says whether the text is a day of the calendar, like 2026-11-23. */
export function isIsoDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const dayMs = Date.parse(text);
  return !Number.isNaN(dayMs) && new Date(dayMs).toISOString().startsWith(text);
}
