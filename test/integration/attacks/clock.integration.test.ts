import { expect, it } from 'vitest';
import { freePort } from '../../../src/devstack/child.ts';
import { Attack } from '../../support/attack.ts';

it('a wall clock that goes back an hour while records wait does not hold them back', async () => {
  const attack = await Attack.open();
  const port = await freePort();
  const member = attack.start(['consume'], {
    NODE_OPTIONS: '--import ./test/support/clock-back.ts',
    HTTP_PORT: String(port),
    BATCH_AGE_MAX_SECONDS: '5',
  });
  await member.untilLogged(/partitions assigned/);
  await attack.append(50);
  const metrics = async (): Promise<string> => (await fetch(`http://localhost:${port}/metrics`)).text();
  await expect.poll(metrics, { timeout: 20_000, interval: 50 }).toMatch(/^glueless_buffered_bytes [1-9]/m);
  member.process.kill('SIGUSR2');
  await expect.poll(() => member.committedRecords(), { timeout: 30_000 }).toBe(50);
  expect(await member.stop()).toBe(143);
  await attack.expectWhole();
});
