import { readdirSync, readFileSync } from 'node:fs';
import { HoursTable } from '../../src/hours/hours-table.ts';
import type { Catalog, ObjectStore } from '../../src/consumer/ports/lake.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { jsonRecords, type TestRecord } from './chunks.ts';
import { createTestTools } from './lake.ts';
import { writeBatches } from './write-batches.ts';

export const thermometer = 'thermometer';

/** The statements that ship for operators, by file. */
export function sqlFiles(): ReadonlyMap<string, string> {
  const names = readdirSync('sql').filter((name) => name.endsWith('.sql'));
  return new Map(names.map((name) => [name, readFileSync(`sql/${name}`, 'utf8')]));
}

function readings(patientId: string, hour: string, temperature: number, sentMinutesLater = 0): TestRecord[] {
  return Array.from({ length: 5 }, (_, minute) => {
    const eventTime = `2026-11-23T${hour}:0${minute}:00.000Z`;
    const timestampMs = Date.parse(eventTime) + sentMinutesLater * 60_000;
    const [record] = jsonRecords({ deviceId: `d-${patientId}`, patientId, temperature, eventTime });
    return { value: record?.value ?? null, timestampMs };
  });
}

/** Writes what the statements ask about: two patients, a late device, dead letters, an hour that was reopened and one that fills. */
export async function writeThermometer(store: ObjectStore, catalog: Catalog): Promise<void> {
  const tools = createTestTools({ store, catalog, writer: { table: thermometer } });
  await writeBatches(tools, [
    [...readings('anna', '09', 38.5), ...readings('ben', '09', 36.8)],
    [...readings('anna', '10', 38.5), ...readings('ben', '09', 36.8, 90), { value: '{"broken":' }],
  ]);
  const encoder = createColumnEncoder({ codec: 'snappy', rowGroupRows: 1000 });
  const hours = new HoursTable({ store, catalog, encoder, table: thermometer });
  const at = '2026-11-23T10:05:00.000Z';
  await hours.add('2026-11-23T09', { revision: 1, state: 'complete', at, rows: 10, lateRows: 0 });
  await hours.add('2026-11-23T09', { revision: 2, state: 'reopened', at, rows: 15, lateRows: 5 });
  await hours.add('2026-11-23T09', { revision: 3, state: 'complete', at, rows: 15, lateRows: 5 });
  await hours.add('2026-11-23T10', { revision: 1, state: 'filling', at, rows: 5, lateRows: 0 });
}

/** What the statements answer, as lists of cells in the order of their columns; times and quoted messages are left out. */
export const sqlAnswers: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  'hourly-means.sql': [
    ['anna', '2026-11-23 09:00', 38.5, 38.5, 38.5, 5, 'complete'],
    ['ben', '2026-11-23 09:00', 36.8, 36.8, 36.8, 10, 'complete'],
    ['anna', '2026-11-23 10:00', 38.5, 38.5, 38.5, 5, 'filling'],
  ],
  'alerts.sql': [['anna', '2026-11-23 09:00', 38.5, 5, 'high']],
  'late-hours.sql': [['2026-11-23T09', 1, 5]],
  'late-devices.sql': [['d-ben', 10, 5, 0]],
  'dead-letters.sql': [['invalid-json', 1]],
  'doubled-records.sql': [],
  'rows-by-hour.sql': [
    ['2026-11-23', '09', 15],
    ['2026-11-23', '10', 5],
  ],
};

/** Cells as every engine gives them: numbers as numbers, as many as are compared. */
export function comparable(name: string, rows: readonly (readonly unknown[])[]): unknown[][] {
  const width = sqlAnswers[name]?.[0]?.length ?? 0;
  const number = (cell: unknown): unknown =>
    typeof cell === 'bigint' || typeof cell === 'number' ? Math.round(Number(cell) * 1e6) / 1e6 : cell;
  return rows.map((row) => row.slice(0, width).map(number));
}
