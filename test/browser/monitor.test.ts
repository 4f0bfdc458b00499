import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { writeAuditNote } from '../../src/consumer/audit/audit-note.ts';
import { serveMonitor } from '../../src/monitor/web/serve.ts';
import { msPerHour } from '../../src/runtime/duration.ts';
import { openBrowser, openPage } from '../../scripts/docs/open-browser.ts';
import { drawnProblems, keepPicture, screens } from '../support/browser.ts';
import { testTable, testTopic, type TestLake } from '../support/lake.ts';
import {
  hostileNames,
  lakeWithReadings,
  monitorNowMs,
  openMonitor,
  steadyClock,
  raiseAlert,
  type TestReading,
} from '../support/monitor.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const desktop = { name: 'desktop', width: 1280, height: 900, scheme: 'light' } as const;
const token = 'a token of the ward';

/** A ward of the last day: quiet patients, one with fever, one without readings lately, and hostile ones. */
async function wardOfNow(): Promise<TestLake> {
  const hours = Array.from({ length: 22 }, (_, at) => monitorNowMs - at * msPerHour);
  const reading = (patientId: string, temperature: number, timeMs: number): TestReading => ({
    patientId,
    temperature,
    eventTime: new Date(timeMs).toISOString(),
    deviceId: 'thermometer-1',
  });
  const ward = Array.from({ length: 30 }, (_, at) => `patient-${at}`);
  const lake = await lakeWithReadings([
    ...ward.flatMap((patient, at) => hours.map((time, hour) => reading(patient, 36.3 + ((at + hour) % 8) / 10, time))),
    ...hours.map((time, hour) => reading('fever', 39 - hour / 8, time)),
    ...hours.slice(6).map((time) => reading('gone', 36.4, time)),
    ...hostileNames.map((name) => reading(name, 38.4, hours[0] ?? 0)),
  ]);
  const hour = new Date(monitorNowMs - msPerHour).toISOString().slice(0, 13);
  await raiseAlert(lake, { id: `${hour}-1`, hour, lastHour: hour, raisedAt: new Date(monitorNowMs).toISOString() });
  return lake;
}

async function serve(lake: TestLake): Promise<string> {
  const app = openMonitor(lake, { token, clock: steadyClock(), refreshMs: 200 });
  const server = await serveMonitor(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  return `http://127.0.0.1:${server.port}`;
}

describe('every page', () => {
  it('fits its screen, has colours with contrast, and lets the browser complain about nothing', async () => {
    const base = await serve(await wardOfNow());
    const hostile = hostileNames.map((name) => `/patient?id=${encodeURIComponent(name)}`);
    const paths = [
      '/',
      '/patient?id=fever&hours=72',
      '/alerts',
      '/pipeline',
      '/table',
      '/sign-in',
      '/nowhere',
      ...hostile,
    ];
    const problems: string[] = [];
    for (const screen of screens)
      for (const path of paths) {
        const page = await openPage(browser, `${base}${path}`, screen, problems);
        await keepPicture(page, `${path.slice(1, 40).replaceAll(/\W+/g, '-') || 'ward'}-${screen.name}`);
        problems.push(...(await drawnProblems(page)));
        if (await page.evaluate('document.documentElement.scrollWidth > innerWidth'))
          problems.push(`${path.slice(0, 80)} is wider than ${screen.name}`);
        await page.close();
      }
    // a page that is not there is a failed request
    expect(problems.filter((problem) => !/\/nowhere: Failed to load resource/.test(problem))).toEqual([]);
  });
});

it('is used with the keyboard alone', async () => {
  const base = await serve(await wardOfNow());
  const page = await openPage(browser, base, desktop);
  const focused = async () => String(await page.evaluate('document.activeElement.textContent.trim()'));
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('fev');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  await page.focus('.ward a');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  expect(await page.$eval('h1', (title) => title.textContent)).toBe('fever');
});

it('acknowledges an alert after signing in', async () => {
  const base = await serve(await wardOfNow());
  const page = await openPage(browser, `${base}/sign-in`, desktop);
  await page.type('#name', 'Nurse Joy');
  await page.type('#token', token);
  await Promise.all([page.waitForNavigation(), page.click('main button')]);
  await Promise.all([page.waitForNavigation(), page.click('section.raised button')]);
  expect(await page.$eval('section.acknowledged', (section) => section.textContent)).toContain('Nurse Joy');
});

it('shows what changes meanwhile without being loaded again', async () => {
  const lake = await wardOfNow();
  const page = await openPage(browser, `${await serve(lake)}/pipeline`, desktop);
  expect(await page.$eval('.tiles', (tiles) => tiles.textContent)).toContain('never');
  const note = {
    format: 1 as const,
    at: new Date(monitorNowMs).toISOString(),
    findings: 7,
    records: 5,
    scope: 'every object read',
  };
  await writeAuditNote(lake.store, { table: testTable, topic: testTopic }, note);
  await page.waitForFunction(`document.querySelector('.tiles').textContent.includes('7 findings')`);
});
