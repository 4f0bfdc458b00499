import type { Hono } from 'hono';
import { windowEndingAt } from '../data/hour-window.ts';
import { tablePage } from '../pages/table-page.ts';
import type { MonitorAppOptions, SendPage } from './app-options.ts';

const tableHours = 24;

/** Adds the page that shows any table by the hour. */
export function addTableRoutes(app: Hono, { data, clock }: MonitorAppOptions, send: SendPage): void {
  app.get('/table', async (context) => {
    const asked = { value: context.req.query('value'), key: context.req.query('key') };
    const answer = await data.table(asked, windowEndingAt(clock.nowMs(), tableHours));
    const shown = { answer, scannedBytes: data.scannedBytes() };
    return send(context, (view) => ({ title: 'Table', name: 'table', main: tablePage(view, shown) }));
  });
}
