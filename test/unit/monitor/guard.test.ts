import { expect, it } from 'vitest';
import { getPage, lakeWithReadings, openMonitor } from '../../support/monitor.ts';

const readings = [{ patientId: 'p', temperature: 36.5, eventTime: '2026-11-23T09:10:00Z' }];

it('lets browsers run and load nothing but its own files', async () => {
  const app = openMonitor(await lakeWithReadings(readings));
  const { headers } = await getPage(app, '/');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('same-origin');
  expect(headers.get('cache-control')).toBe('no-store');
});

it('serves every file that a page refers to', async () => {
  const app = openMonitor(await lakeWithReadings(readings), { url: new URL('https://ward.example/glueless/') });
  const html = await (await getPage(app, '/glueless/')).text();
  const files = [...html.matchAll(/(?:href|src)="([^"]*\.(?:css|js|svg))"/g)].map(([, path = '']) => path);
  expect(files).toHaveLength(3);
  for (const file of files) {
    const response = await getPage(app, file);
    expect([file, response.status]).toEqual([file, 200]);
    expect(response.headers.get('cache-control')).toContain('immutable');
  }
});

it.each(['/glueless', '/st%C3%A4tion%201', '/100%'])(
  'begins every address with the path of MONITOR_URL: %s',
  async (base) => {
    const app = openMonitor(await lakeWithReadings(readings), { url: new URL(`https://ward.example${base}/`) });
    const ward = await getPage(app, `${base}/?q=p`);
    expect(ward.status).toBe(200);
    const html = await ward.text();
    const addresses = [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, path = '']) => path);
    expect(addresses.filter((path) => path !== '#main' && !path.startsWith(`${base}/`))).toEqual([]);
    expect((await getPage(app, '/')).status).toBe(404);
    expect((await getPage(app, `${base}?q=p`)).headers.get('location')).toBe(`${base}/?q=p`);
  },
);

it('answers under its own names only, so that no page from elsewhere can give this machine a name of its own', async () => {
  const app = openMonitor(await lakeWithReadings(readings), { url: new URL('https://ward.example/') });
  const status = async (host: string) => (await app.request(`http://${host}/`)).status;
  expect(await status('ward.example')).toBe(200);
  expect(await status('127.0.0.1:8080')).toBe(200);
  expect(await status('[::1]:8080')).toBe(200);
  expect(await status('attacker.example')).toBe(421);
});

it('tells nothing of failures that were not foreseen', async () => {
  const failures: unknown[] = [];
  const broken = { catalog: { load: async () => Promise.reject(new Error('the secret path /srv/x')) } };
  const app = openMonitor(Object.assign(await lakeWithReadings([]), broken), { failures });
  const page = await getPage(app, '/');
  expect(page.status).toBe(503);
  expect(await page.text()).not.toContain('secret path');
  expect(failures).toHaveLength(1);
});
