import { describe, expect, it } from 'vitest';
import { accessibilityProblems, askDocument } from '../../support/accessibility.ts';
import {
  getPage,
  hostileNames,
  lakeWithReadings,
  openMonitor,
  settleHour,
  type TestReading,
} from '../../support/monitor.ts';

const at = (time: string): string => `2026-11-23T${time}:00Z`;

const readings: readonly TestReading[] = [
  { patientId: 'well', temperature: 36.5, eventTime: at('07:10'), deviceId: 'd1' },
  { patientId: 'well', temperature: 36.7, eventTime: at('09:10'), deviceId: 'd1' },
  { patientId: 'fever', temperature: 38.25, eventTime: at('09:10') },
  { patientId: 'fever', temperature: 38.75, eventTime: at('09:20') },
  { patientId: 'gone', temperature: 36.5, eventTime: at('03:00') },
];

const names = (html: string): unknown =>
  askDocument(html, `[...document.querySelectorAll('.ward .who')].map((each) => each.textContent)`);

describe('the ward', () => {
  it('shows every patient, the most urgent first, with gaps and the hour that fills', async () => {
    const app = openMonitor(await lakeWithReadings(readings));
    const html = await (await getPage(app, '/')).text();
    expect(names(html)).toEqual(['fever', 'gone', 'well']);
    const of = (selector: string) =>
      askDocument(
        html,
        `[...document.querySelectorAll('.ward > li')].map((each) => each.querySelectorAll('${selector}').length)`,
      );
    // fever: one gap of 23 hours; gone: one before and one behind; well: before 7, and 8
    expect(of('.gap')).toEqual([1, 2, 2]);
    expect(of('.filling')).toEqual([1, 1, 1]);
    expect(of('.dot.high + .hole')).toEqual([1, 0, 0]);
    expect(askDocument(html, `document.querySelector('.ward .number').textContent.replace(/\\s+/g, ' ').trim()`)).toBe(
      '38.5 °C so far',
    );
  });

  it('finds patients by a part of their names, whatever the case', async () => {
    const app = openMonitor(await lakeWithReadings(readings));
    expect(names(await (await getPage(app, '/?q=FEV')).text())).toEqual(['fever']);
    expect(await (await getPage(app, '/?q=nobody')).text()).toContain('No patient with this in the name');
  });

  it('turns pages when there are many patients, and takes odd page numbers', async () => {
    const many = Array.from({ length: 130 }, (_, index) => ({
      patientId: `p-${String(index).padStart(3, '0')}`,
      temperature: 36.5,
      eventTime: at('09:10'),
    }));
    const app = openMonitor(await lakeWithReadings(many));
    const shown = async (path: string) => names(await (await getPage(app, path)).text());
    expect(await shown('/?page=2')).toHaveLength(60);
    expect(await shown('/?page=3')).toEqual(many.slice(120).map(({ patientId }) => patientId));
    expect(await shown('/?page=99')).toHaveLength(10);
    expect(await shown('/?page=-1')).toHaveLength(60);
    expect(await shown('/?page=x')).toHaveLength(60);
  });

  it('writes numbers as the browser’s language does', async () => {
    const app = openMonitor(await lakeWithReadings(readings));
    const german = await (await getPage(app, '/', { 'accept-language': 'de-AT,en;q=0.5' })).text();
    expect(german).toContain('<strong>38,5</strong>');
    expect(await (await getPage(app, '/', { 'accept-language': 'fr, en' })).text()).toContain('<strong>38.5</strong>');
  });

  it('says what is missing while there is no table, and shows it once there is one', async () => {
    const lake = await lakeWithReadings([]);
    const app = openMonitor(lake);
    const before = await getPage(app, '/');
    expect(before.status).toBe(503);
    expect(await before.text()).toContain('there is no table readings yet');
  });
});

describe('hours that are settled', () => {
  const filling = (html: string): unknown =>
    askDocument(
      html,
      `[...document.querySelectorAll('tbody tr')].filter((row) => row.querySelector('em')).map((row) => row.querySelector('th').textContent.replace(/\\s+/g, ' ').trim())`,
    );

  it('are final once they are complete; reopened ones and those that follow are not', async () => {
    const lake = await lakeWithReadings(
      ['05', '06', '07', '08', '09'].map((hour) => ({
        patientId: 'a',
        temperature: 36.5,
        eventTime: at(`${hour}:10`),
      })),
    );
    await settleHour(lake, '2026-11-23T05', 'complete');
    await settleHour(lake, '2026-11-23T06', 'complete', 'reopened');
    await settleHour(lake, '2026-11-23T07', 'complete', 'reopened', 'complete');
    const html = await (await getPage(openMonitor(lake), '/patient?id=a')).text();
    expect(filling(html)).toEqual(['11-23 09:00 so far', '11-23 08:00 so far', '11-23 06:00 so far']);
    expect(html).toContain('Late readings came for 2026-11-23 06:00.');
  });

  it('say so where nobody settles them', async () => {
    const html = await (await getPage(openMonitor(await lakeWithReadings(readings)), '/')).text();
    expect(html).toContain('Nobody settles this table’s hours');
  });
});

describe('a patient’s page', () => {
  it('shows hours and readings, the newest first', async () => {
    const app = openMonitor(await lakeWithReadings(readings));
    const html = await (await getPage(app, '/patient?id=well')).text();
    const rows = askDocument(
      html,
      `[...document.querySelectorAll('table')].map((table) => [...table.querySelectorAll('tbody tr')].slice(0, 3).map((row) => row.textContent.replace(/\\s+/g, ' ').trim()))`,
    );
    expect(rows).toEqual([
      ['11-23 09:00 so far 36.70 36.7 36.7 1', '11-23 08:00 no readings', '11-23 07:00 36.50 36.5 36.5 1'],
      ['2026-11-23 09:10:00 36.7 d1', '2026-11-23 07:10:00 36.5 d1'],
    ]);
  });

  it('is not found for who has no readings', async () => {
    const app = openMonitor(await lakeWithReadings(readings));
    expect((await getPage(app, '/patient?id=nobody')).status).toBe(404);
    expect((await getPage(app, '/patient')).status).toBe(404);
  });
});

describe('hostile patients', () => {
  it('are shown as they are called, and do nothing', async () => {
    const app = openMonitor(
      await lakeWithReadings(hostileNames.map((patientId) => ({ patientId, temperature: 39, eventTime: at('09:10') }))),
    );
    const ward = await (await getPage(app, '/')).text();
    expect(names(ward)).toHaveLength(hostileNames.length);
    expect(
      askDocument(ward, `document.querySelectorAll('script:not([src]), img, [onerror], [style], style').length`),
    ).toBe(0);
    for (const character of ['\u202e', '\0', '\u001b']) expect(ward).not.toContain(character);
    expect(await accessibilityProblems(ward)).toEqual([]);
    const links = askDocument(
      ward,
      `[...document.querySelectorAll('.ward a')].map((each) => each.getAttribute('href'))`,
    );
    expect(links).toHaveLength(hostileNames.length);
    for (const link of Array.isArray(links) ? links : []) {
      const page = await getPage(app, String(link));
      expect(page.status).toBe(200);
      const html = await page.text();
      expect(askDocument(html, `document.querySelectorAll('script:not([src]), img').length`)).toBe(0);
      expect(askDocument(html, `document.querySelectorAll('table')[1].querySelectorAll('tbody tr').length`)).toBe(1);
    }
  });
});

it('has nothing that axe-core finds wrong', async () => {
  const app = openMonitor(await lakeWithReadings(readings));
  for (const path of ['/', '/patient?id=well', '/patient?id=nobody', '/nowhere'])
    expect(await accessibilityProblems(await (await getPage(app, path)).text())).toEqual([]);
});
