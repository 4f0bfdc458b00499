import type { Hono } from 'hono';
import { windowEndingAt } from '../data/hour-window.ts';
import { urgencies, type WardRow } from '../data/ward.ts';
import { pageOf } from '../pages/page-links.ts';
import { historyHours, patientPage } from '../pages/patient-page.ts';
import { wardPage } from '../pages/ward-page.ts';
import { problemPage } from '../pages/problem-page.ts';
import { recordWords } from '../html.ts';
import type { MonitorAppOptions, SendPage } from './app-options.ts';

const wardHours = 24;
const patientsPerPage = 60;

/** Adds the overview and the page of one patient. */
export function addPatientRoutes(app: Hono, options: MonitorAppOptions, send: SendPage): void {
  const { data, band, clock } = options;
  app.get('/', async (context) => {
    const window = windowEndingAt(clock.nowMs(), wardHours);
    const answer = await data.ward(window);
    const search = context.req.query('q') ?? '';
    const ward = {
      hours: answer.value.hours,
      band,
      settled: answer.value.settled,
      search,
      counts: countsOf(answer.value.rows),
      rows: pageOf(found(answer.value.rows, search), Number(context.req.query('page') ?? 1) || 1, patientsPerPage),
      answer,
      scannedBytes: data.scannedBytes(),
    };
    return send(context, (view) => ({ title: 'Ward', name: 'ward', main: wardPage(view, ward) }));
  });
  app.get('/patient', async (context) => {
    const group = context.req.query('id') ?? '';
    const asked = Number(context.req.query('hours'));
    const window = windowEndingAt(clock.nowMs(), historyHours.find((each) => each === asked) ?? historyHours[0]);
    const answer = await data.history(group, window);
    if (answer.value.values.every((value) => value === undefined) && answer.value.readings.length === 0)
      return send(context, () => problemPage('No readings', `${recordWords(group)} has none in these hours.`), 404);
    const patient = {
      group,
      band,
      ...answer.value,
      answer,
      scannedBytes: data.scannedBytes(),
    };
    return send(context, (view) => ({
      title: recordWords(group, 60),
      name: 'ward',
      main: patientPage(view, patient),
    }));
  });
}

function found(rows: readonly WardRow[], search: string): readonly WardRow[] {
  const wanted = search.trim().toLowerCase();
  return wanted === '' ? rows : rows.filter(({ group }) => group.toLowerCase().includes(wanted));
}

function countsOf(rows: readonly WardRow[]) {
  const counts = Map.groupBy(rows, ({ urgency }) => urgency);
  return new Map(urgencies.map((urgency) => [urgency, counts.get(urgency)?.length ?? 0]));
}
