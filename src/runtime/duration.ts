export const msPerMinute = 60_000;
export const msPerHour = 60 * msPerMinute;
export const msPerDay = 24 * msPerHour;

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: msPerMinute, h: msPerHour, d: msPerDay };

/** Reads `90s`, `15m`, `500ms`, `2h` or `1d`, as milliseconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  return unitMs === undefined ? undefined : Number(digits) * unitMs;
}
