import type { Hono } from 'hono';
import { hourAt } from '../../hours/hour-state.ts';
import { msPerDay } from '../../runtime/duration.ts';
import { alertsPage } from '../pages/alerts-page.ts';
import { problemPage } from '../pages/problem-page.ts';
import { signInPage } from '../pages/sign-in-page.ts';
import { readForm, smallForms, type AccessControl } from '../access/access.ts';
import type { MonitorAppOptions, SendPage } from './app-options.ts';

/** An alert that is over is shown for so long; one that is open is never left out. */
const resolvedDays = 7;

/** Adds the list of alerts, and what acknowledges one. */
export function addAlertRoutes(
  app: Hono,
  { alerts, clock }: MonitorAppOptions,
  { access, send, base }: { readonly access: AccessControl; readonly send: SendPage; readonly base: string },
): void {
  app.get('/alerts', async (context) => {
    const since = hourAt(clock.nowMs() - resolvedDays * msPerDay);
    const listed = (await alerts.list())
      .filter(({ state, lastHour }) => state !== 'resolved' || lastHour >= since)
      .toSorted((a, b) => (a.lastHour < b.lastHour ? 1 : -1));
    const notice = context.req.query('done') === undefined ? undefined : 'The alert is acknowledged.';
    const list = { alerts: listed, days: resolvedDays, notice };
    return send(context, (view) => ({ title: 'Alerts', name: 'alerts', main: alertsPage(view, list) }));
  });
  app.post('/alerts/acknowledge', smallForms(), async (context) => {
    const session = await access.ofForm(context);
    if (session === undefined)
      return send(
        context,
        () => problemPage('Not acknowledged', 'Sign in, and send the form of the page itself.'),
        403,
      );
    const { id } = await readForm(context);
    const at = new Date(clock.nowMs()).toISOString();
    await alerts.acknowledge({ id, by: session.name, at });
    return context.redirect(`${base}/alerts?done`, 303);
  });
}

/** Adds the form that asks for the token; there is none where nobody may change anything. */
export function addSignInRoutes(
  app: Hono,
  { access, send, base }: { readonly access: AccessControl; readonly send: SendPage; readonly base: string },
): void {
  app.get('/sign-in', (context) =>
    send(context, (view) => ({ title: 'Sign in', name: 'alerts', main: signInPage(view, undefined) })),
  );
  app.post('/sign-in', smallForms(), async (context) => {
    const result = await access.signIn(context);
    if (result === 'signed-in') return context.redirect(`${base}/alerts`, 303);
    const status = result === 'refused' ? 403 : 429;
    return send(context, (view) => ({ title: 'Sign in', name: 'alerts', main: signInPage(view, result) }), status);
  });
  app.post('/sign-out', smallForms(), (context) => {
    access.signOut(context);
    return context.redirect(`${base}/alerts`, 303);
  });
}
