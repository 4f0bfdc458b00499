import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { watchCertificate } from '../../../src/app/kafka/watch-certificate.ts';
import { TlsIdentity } from '../../../src/kafka/kafkajs/tls-identity.ts';
import { createAuthority } from '../../../src/pki/authority.ts';
import { msPerDay } from '../../../src/runtime/duration.ts';
import { TestClock } from '../../support/test-clock.ts';

interface Reloads {
  readonly everyMs?: number;
  /** Messages of the first reloads, which fail. */
  readonly failures?: readonly string[];
}

/** Watches a certificate of so many days until a day after its end, or for so many reloads. */
async function watchFor(days: number, { everyMs = msPerDay, failures = [] }: Reloads = {}) {
  const nowMs = Date.now();
  const authority = await createAuthority('test');
  const [notBefore, notAfter] = [new Date(nowMs), new Date(nowMs + days * msPerDay)];
  const identity = new TlsIdentity(await authority.issue({ commonName: 'c', notBefore, notAfter }));
  const clock = new TestClock();
  clock.setWallClock(nowMs + msPerDay / 2);
  const lines: { level: number; msg: string; error?: string; daysLeft?: number }[] = [];
  const stop = new AbortController();
  const told = { days: [] as number[], failures: 0 };
  await watchCertificate({
    identity,
    load: async () => {
      if (clock.slept.length > days) stop.abort();
      const failure = failures[clock.slept.length - 1];
      if (failure !== undefined) throw new Error(failure);
      return identity.current();
    },
    everyMs,
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

describe('a certificate that can’t be read again', () => {
  const again = 'the client certificate can be read again';
  const failing = (count: number, message = 'no answer') => Array.from({ length: count }, () => message);

  it('is counted each time, and logged once, however often it is read, until it can be', async () => {
    const { lines, told } = await watchFor(90, { everyMs: 300, failures: failing(50) });
    expect(told.failures).toBe(50);
    expect(lines.map(({ error, msg }) => error ?? msg)).toEqual(['no answer', again]);
  });

  it('is logged at once when it fails in another way', async () => {
    const failures = [...failing(9), ...failing(9, 'no such file')];
    const { lines } = await watchFor(90, { everyMs: 300, failures });
    expect(lines.map(({ error, msg }) => error ?? msg)).toEqual(['no answer', 'no such file', again]);
  });

  it('is logged again every ten minutes while it lasts', async () => {
    const { lines } = await watchFor(90, { everyMs: 60_000, failures: failing(21) });
    expect(lines.map(({ error, msg }) => error ?? msg)).toEqual([...failing(3), again]);
  });
});
