import { printable } from '../runtime/printable.ts';
import type { AlertLimits, HourlyMean } from './hourly-means.ts';

/** A mean, and whether it may still change: only that of a complete hour is final. */
export interface ReportedMean extends HourlyMean {
  readonly state: 'complete' | 'filling' | 'reopened' | 'unsettled';
}

/** Formats the report as lines of a table for people: at most `limit` rows, those with an alert first. */
export function formatReport(means: readonly ReportedMean[], limits: AlertLimits, limit = Infinity): string[] {
  const alerts = means.filter(({ alert }) => alert !== undefined);
  const calm = means.filter(({ alert }) => alert === undefined);
  const shown = new Set([...alerts, ...calm].slice(0, limit));
  const rows = means
    .filter((mean) => shown.has(mean))
    .map(({ patientId, hour, mean, min, max, readings, alert, state }) => [
      hour,
      patientId,
      mean.toFixed(2),
      min.toFixed(1),
      max.toFixed(1),
      String(readings),
      alertCell(alert, state),
    ]);
  const left = means.length - rows.length;
  return [
    ...alignColumns([['hour (UTC)', 'patient', 'mean', 'min', 'max', 'readings', 'alert'], ...rows]),
    ...(left > 0 ? [`… and ${left} more`] : []),
    `${means.length} hourly means, ${alerts.length} outside ${limits.low} to ${limits.high} °C`,
    ...cautions(means),
  ];
}

/** The mean of an hour that is not complete is never shown as final. */
function alertCell(alert: HourlyMean['alert'], state: ReportedMean['state']): string {
  const isOpen = state === 'filling' || state === 'reopened';
  return [...(alert === undefined ? [] : [alert.toUpperCase()]), ...(isOpen ? [`(${state})`] : [])].join(' ');
}

function cautions(means: readonly ReportedMean[]): string[] {
  const open = means.filter(({ state }) => state === 'filling' || state === 'reopened').length;
  const unsettled = means.filter(({ state }) => state === 'unsettled').length;
  return [
    ...(open > 0 ? [`${open} of hours that are not complete: they may still change`] : []),
    ...(unsettled > 0
      ? [`${unsettled} of hours that nobody has settled: HOURS_EVERY_SECONDS or \`glueless hours --settle\` does`]
      : []),
  ];
}

/** A longer cell, which any publisher can write, moves what follows it in its own row only. */
const widthMax = 60;

/** Aligns cells in columns: numbers to the right, the rest to the left. What a terminal would act on is escaped. */
export function alignColumns(given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, { length }] of row.entries())
      widths[at] = Math.max(widths[at] ?? 0, length > widthMax ? 0 : length);
  return rows.map((row) =>
    row
      .map((cell, at) => (/^-?[\d.]+$/.test(cell) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
