import { expect, inject, it } from 'vitest';
import { Attack } from '../support/attack.ts';

it('shows patients, columns and dead letters by Athena, from a bucket and a catalog that are AWS’s', async () => {
  const attack = await Attack.openOnS3(inject('stack').aws.endpoint, { env: { HTTP_PORT: '0' } });
  const reading = (patientId: string, temperature: number): string =>
    JSON.stringify({ patientId, temperature, eventTime: new Date().toISOString() });
  await attack.appendValues([reading(`o'Neill "<b>`, 38.5), reading('ben', 36.8), '{"no json'], {
    timestampMs: Date.now(),
  });
  await attack.consumeToEnd();
  const monitor = attack.start(['monitor']);
  await monitor.untilLogged(/"monitor: serving"/);
  const [, address = ''] = /"address":"([^"]+)"/.exec(monitor.log) ?? [];
  const page = async (path: string): Promise<string> => {
    const response = await fetch(`${address}${path}`);
    expect([path, response.status]).toEqual([path, 200]);
    return response.text();
  };
  const ward = await page('');
  expect(ward).toMatch(/o&#39;Neill &quot;&lt;b&gt;[^]*38\.5[^]*ben[^]*36\.8/);
  expect(ward).toContain('scanned');
  expect(await page(`patient?id=${encodeURIComponent(`o'Neill "<b>`)}`)).toContain('38.50');
  expect(await page('table?value=temperature&key=patientid')).toContain('ben');
  expect(await page('pipeline')).toMatch(/7b 22 6e 6f 20 6a 73 6f 6e/);
  expect(await monitor.stop('SIGTERM')).toBe(143);
});
