import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { watchCertificate } from '../../../src/app/certificate-watch.ts';
import { TlsIdentity } from '../../../src/kafka/kafkajs/tls-identity.ts';
import { createAuthority } from '../../../src/pki/authority.ts';
import { msPerDay } from '../../../src/runtime/duration.ts';
import { TestClock } from '../../support/test-clock.ts';

/** Watches a certificate of so many days until a day after its end, once a day; some of the reloads fail. */
async function watchFor(days: number, failures = 0) {
  const nowMs = Date.now();
  const authority = await createAuthority('test');
  const [notBefore, notAfter] = [new Date(nowMs), new Date(nowMs + days * msPerDay)];
  const identity = new TlsIdentity(await authority.issue({ commonName: 'c', notBefore, notAfter }));
  const clock = new TestClock();
  clock.setWallClock(nowMs + msPerDay / 2);
  const lines: { level: number; msg: string; daysLeft?: number }[] = [];
  const stop = new AbortController();
  const told = { days: [] as number[], failures: 0 };
  await watchCertificate({
    identity,
    load: async () => {
      if (clock.slept.length > days) stop.abort();
      if (clock.slept.length <= failures) throw new Error('no answer');
      return identity.current();
    },
    everyMs: msPerDay,
    clock,
    log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) }),
    stop: stop.signal,
    onCertificate: ({ daysLeft }) => told.days.push(daysLeft),
    onFailure: () => told.failures++,
  });
  return { told, lines };
}

const expired = 'client certificate has expired: the brokers refuse new connections';

describe('a certificate that nobody renews', () => {
  it('is warned of 30, 7 and 1 days before its end, and an error once it has ended', async () => {
    const { lines, told } = await watchFor(90);
    expect(lines.map(({ daysLeft, msg }) => daysLeft ?? msg)).toEqual([29, 6, 0, expired]);
    expect(lines.map(({ level }) => level)).toEqual([40, 40, 40, 50]);
    expect(told.days.slice(-2)).toEqual([0, -1]);
  });

  it('of a week is warned of in its last third, not from its first day on', async () => {
    const { lines } = await watchFor(7);
    expect(lines.map(({ daysLeft, msg }) => daysLeft ?? msg)).toEqual([2, 0, expired]);
  });
});

it('a certificate that can’t be read again is counted and logged, each time', async () => {
  const { lines, told } = await watchFor(90, 3);
  expect(told.failures).toBe(3);
  expect(lines.filter(({ msg }) => msg.includes('the old one stays'))).toHaveLength(3);
});
