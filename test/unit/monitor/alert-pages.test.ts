import type { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { AlertStore, listAlerts } from '../../../src/alerts/alert-store.ts';
import { accessibilityProblems, askDocument } from '../../support/accessibility.ts';
import { testTable, type TestLake } from '../../support/lake.ts';
import { clockAt, getPage, lakeWithReadings, monitorNowMs, openMonitor, raiseAlert } from '../../support/monitor.ts';

const token = 'a token of the ward';

async function lakeWithAlert(): Promise<TestLake> {
  const lake = await lakeWithReadings([]);
  await raiseAlert(lake, { id: '2026-11-23T08-1' });
  return lake;
}

/** Sends a form as a browser does that shows one of our pages. */
async function sendForm(
  app: Hono,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers = {},
): Promise<Response> {
  return app.request(`http://localhost:8080${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: 'http://localhost:8080', ...headers },
  });
}

async function signIn(app: Hono): Promise<{ readonly cookie: string }> {
  const response = await sendForm(app, '/sign-in', { token, name: 'Nurse Joy' });
  expect(response.status).toBe(303);
  return { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

const formOf = (html: string): string => String(askDocument(html, `document.querySelector('input[name=form]').value`));

const stateOf = async ({ store }: TestLake) => (await listAlerts(new AlertStore(store, testTable)))[0];

describe('who is signed in', () => {
  it('acknowledges an alert, and the alert says who it was', async () => {
    const lake = await lakeWithAlert();
    const app = openMonitor(lake, { token });
    const session = await signIn(app);
    const html = await (await getPage(app, '/alerts', session)).text();
    expect(html).toContain('Nurse Joy');
    const sent = await sendForm(app, '/alerts/acknowledge', { id: '2026-11-23T08-1', form: formOf(html) }, session);
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/alerts?done']);
    expect(await stateOf(lake)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'Nurse Joy' });
    expect(await (await getPage(app, '/alerts?done', session)).text()).toContain(
      'acknowledged by <bdi>Nurse Joy</bdi>',
    );
  });

  it('gets a cookie that scripts and other sites can’t use', async () => {
    const app = openMonitor(await lakeWithAlert(), { token, url: new URL('https://ward.example/glueless') });
    const response = await app.request('https://ward.example/glueless/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ token, name: 'a' }),
      headers: { origin: 'https://ward.example' },
    });
    expect(response.headers.get('set-cookie')).toMatch(/; Path=\/glueless\/; HttpOnly; Secure; SameSite=Strict$/);
  });
});

describe('nobody else', () => {
  it.each([
    ['without a session', {}],
    ['with a forged session', { cookie: `glueless_session=${Buffer.from('{"name":"a"}').toString('base64url')}.AAAA` }],
  ])('acknowledges %s', async (_, headers) => {
    const lake = await lakeWithAlert();
    const app = openMonitor(lake, { token });
    const sent = await sendForm(app, '/alerts/acknowledge', { id: '2026-11-23T08-1', form: '' }, headers);
    expect(sent.status).toBe(403);
    expect(await stateOf(lake)).toMatchObject({ state: 'raised' });
  });

  it('acknowledges by a form that our page did not make, or that another site sends', async () => {
    const lake = await lakeWithAlert();
    const app = openMonitor(lake, { token });
    const session = await signIn(app);
    const form = formOf(await (await getPage(app, '/alerts', session)).text());
    const id = '2026-11-23T08-1';
    expect((await sendForm(app, '/alerts/acknowledge', { id, form: 'x' }, session)).status).toBe(403);
    const fromElsewhere = { ...session, origin: 'http://attacker.example', 'sec-fetch-site': 'cross-site' };
    expect((await sendForm(app, '/alerts/acknowledge', { id, form }, fromElsewhere)).status).toBe(403);
    expect(await stateOf(lake)).toMatchObject({ state: 'raised' });
  });

  it('signs in with a wrong token, and not at all after ten of them', async () => {
    const app = openMonitor(await lakeWithAlert(), { token });
    for (let attempt = 0; attempt < 10; attempt++)
      expect((await sendForm(app, '/sign-in', { token: `${token}${attempt}`, name: 'a' })).status).toBe(403);
    expect((await sendForm(app, '/sign-in', { token, name: 'a' })).status).toBe(429);
  });

  it('tries more than ten tokens by sending the forms at the same time', async () => {
    const app = openMonitor(await lakeWithAlert(), { token });
    const tries = Array.from({ length: 30 }, (_, at) =>
      sendForm(app, '/sign-in', { token: `${token}${at}`, name: 'a' }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
  });

  it('can sign in where there is no token', async () => {
    const lake = await lakeWithAlert();
    const app = openMonitor(lake);
    expect((await sendForm(app, '/sign-in', { token: '', name: 'a' })).status).toBe(404);
    expect((await sendForm(app, '/alerts/acknowledge', { id: '2026-11-23T08-1', form: '' })).status).toBe(403);
    expect(await (await getPage(app, '/alerts')).text()).toContain('Read only');
  });

  it('sends forms of megabytes', async () => {
    const app = openMonitor(await lakeWithAlert(), { token });
    expect((await sendForm(app, '/sign-in', { token: 'x'.repeat(1_000_000), name: 'a' })).status).toBe(413);
  });
});

it('ends a session after twelve hours', async () => {
  const clock = clockAt(monitorNowMs);
  const app = openMonitor(await lakeWithAlert(), { token, clock });
  const session = await signIn(app);
  expect(await (await getPage(app, '/alerts', session)).text()).toContain('Signed in as');
  clock.setWallClock(12 * 3_600_000);
  expect(await (await getPage(app, '/alerts', session)).text()).not.toContain('Signed in as');
});

it('never leaves out an alert that is open, however long ago it began', async () => {
  const lake = await lakeWithReadings([]);
  const since = { hour: '2026-11-02T08', raisedAt: '2026-11-02T09:05:00.000Z' };
  await raiseAlert(lake, { id: '2026-11-02T08-1', ...since, group: 'long fever', lastHour: '2026-11-23T08' });
  await raiseAlert(lake, { id: '2026-11-02T08-2', ...since, group: 'gone', lastHour: '2026-11-02T08' });
  const over = { state: 'resolved', resolvedAt: '2026-11-23T09:05:00.000Z' } as const;
  await raiseAlert(lake, { id: '2026-11-02T08-3', ...since, ...over, group: 'well', lastHour: '2026-11-23T07' });
  await raiseAlert(lake, { id: '2026-11-02T08-4', ...since, ...over, group: 'long well', lastHour: '2026-11-03T07' });
  const html = await (await getPage(openMonitor(lake), '/alerts')).text();
  const groups = askDocument(html, `[...document.querySelectorAll('.who')].map((each) => each.textContent)`);
  expect(groups).toEqual(['long fever', 'gone', 'well']);
});

it('shows alerts by what is to be done, hostile ones harmlessly, and says what was not delivered', async () => {
  const lake = await lakeWithReadings([]);
  const hostile = `"><script>alert(1)</script>\u202e`;
  await raiseAlert(lake, { id: '2026-11-23T08-1', group: hostile });
  await raiseAlert(lake, { id: '2026-11-23T09-2', state: 'provisional', side: 'low', mean: 35 });
  const failed = { key: 'k', channel: 'webhook', state: 'dead', attempts: 10, error: 'answered <b>500</b>' } as const;
  await raiseAlert(lake, {
    id: '2026-11-23T07-3',
    state: 'acknowledged',
    acknowledgedBy: hostile,
    deliveries: [failed],
  });
  const app = openMonitor(lake, { token });
  const html = await (await getPage(app, '/alerts', await signIn(app))).text();
  expect(
    askDocument(
      html,
      `[...document.querySelectorAll('section h2')].map((each) => each.textContent.replace(/\\s+/g, ' '))`,
    ),
  ).toEqual(['To be seen to 1', 'Hours that still fill 1', 'Acknowledged 1', 'Resolved 0']);
  expect(askDocument(html, `document.querySelectorAll('script:not([src]), b').length`)).toBe(0);
  expect(html).toContain('Not delivered: answered &lt;b&gt;500&lt;/b&gt;');
  expect(html).not.toContain('\u202e');
  expect(await accessibilityProblems(html)).toEqual([]);
  expect(await accessibilityProblems(await (await getPage(app, '/sign-in')).text())).toEqual([]);
});
