import { z } from 'zod';
import { quoteName, quoteText, type QueryEngine } from '../../report/query-engine.ts';
import type { Column } from '../../schema/types/column-type.ts';
import { inWindow, type ValueQuery } from './hourly-values.ts';

/** One measured value as it was sent. */
export interface Reading {
  /** The time as the engine writes it, or the hour where the table has no column for it. */
  readonly time: string;
  readonly value: number;
  readonly device: string | undefined;
}

const rowSchema = z.object({
  seen: z.coerce.string(),
  reading: z.coerce.number(),
  device: z.coerce.string().nullish(),
});

/** The newest values of one group in the window. `columns`: the table's, of which times and devices are shown where there are such. */
export async function queryReadings(
  engine: QueryEngine,
  query: ValueQuery & { readonly group: string; readonly columns: readonly Column[]; readonly limit: number },
): Promise<Reading[]> {
  const rows = await engine.query(readingsSql(query));
  return rows.map((row) => {
    const { seen, reading, device } = rowSchema.parse(row);
    return { time: seen, value: reading, device: device ?? undefined };
  });
}

function readingsSql(query: Parameters<typeof queryReadings>[1]): string {
  const { table, value, key, window, group, columns, limit } = query;
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  const time = has('eventtime') ? 'CAST(eventtime AS varchar)' : "event_date || ' ' || event_hour || ':00'";
  const device = has('deviceid') ? 'CAST(deviceid AS varchar)' : 'NULL';
  return `SELECT ${time} AS seen, ${quoteName(value)} AS reading, ${device} AS device
FROM ${quoteName(table)}
WHERE ${[...inWindow(window), `${quoteName(value)} IS NOT NULL`, `CAST(${quoteName(key)} AS varchar) = ${quoteText(group)}`].join(' AND ')}
ORDER BY event_date DESC, event_hour DESC, seen DESC
LIMIT ${limit}`;
}
