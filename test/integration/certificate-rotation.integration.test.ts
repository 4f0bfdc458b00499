import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startBroker, type Broker } from '../../src/devstack/broker.ts';
import { createAuthority, type Authority, type IssuedCertificate } from '../../src/pki/authority.ts';
import { certificateFiles } from '../support/certificate-files.ts';
import { Scenario } from '../support/scenario.ts';

/** A broker of an authority of its own, a service that reads its topic, and files of certificates that can be exchanged. */
async function setup() {
  const broker = await startBroker();
  onTestFinished(() => broker.stop());
  const pair = await broker.authority.issue({ commonName: 'admin' });
  const { store, env } = await certificateFiles(pair);
  const scenario = await Scenario.open({ KAFKA_BROKERS: broker.bootstrap, ...env });
  await scenario.produceByCommand(100, '--partitions', '2');
  const consumer = scenario.consume();
  const untilRead = async (): Promise<void> => {
    await expect
      .poll(() => consumer.committedRecords(), { timeout: 60_000, interval: 200 })
      .toBe(scenario.acknowledged);
  };
  await untilRead();
  return { broker, store, pair, scenario, consumer, untilRead };
}

/** Starts the broker again with a certificate of the authority; it takes clients of all that are trusted. */
async function exchange(broker: Broker, authority: Authority, trusted: readonly Authority[]): Promise<void> {
  await broker.kill('SIGKILL');
  const folder = dirname(dirname(broker.dataFolders[0] ?? ''));
  const { key, cert, ca } = await authority.issue({ commonName: 'broker', hosts: ['localhost', '127.0.0.1'] });
  await writeFile(join(folder, 'server.pem'), `${key}\n${cert}\n${ca}`);
  await writeFile(join(folder, 'ca.pem'), trusted.map(({ certificatePem }) => certificatePem).join('\n'));
  await broker.start();
}

describe('a new client certificate that can’t be used', () => {
  it('is refused with its reason, whatever is wrong, and the old one goes on until there is a good one', async () => {
    const { broker, store, pair, scenario, consumer, untilRead } = await setup();
    const next = await broker.authority.issue({ commonName: 'admin' });
    const [now, day] = [Date.now(), 86_400_000];
    const dated = (from: number, to: number): Promise<IssuedCertificate> =>
      broker.authority.issue({
        commonName: 'admin',
        notBefore: new Date(now + from * day),
        notAfter: new Date(now + to * day),
      });
    const half = (text: string): string => text.slice(0, text.length / 2);
    const other = (await createAuthority('other')).certificatePem;
    const cases: readonly (readonly [given: Partial<IssuedCertificate>, code: string])[] = [
      [{ cert: next.cert }, 'CERT_KEY_MISMATCH'],
      [{ cert: half(next.cert), key: next.key }, 'CERT_UNREADABLE'],
      [{ cert: next.cert, key: half(next.key) }, 'CERT_UNREADABLE'],
      [{ cert: '', key: next.key }, 'CERT_UNREADABLE'],
      [{ ...next, ca: half(next.ca) }, 'CERT_UNREADABLE'],
      [{ ...next, ca: `${next.ca}\n${half(other)}` }, 'CERT_UNREADABLE'],
      [await dated(-2, -1), 'CERT_EXPIRED'],
      [await dated(1, 2), 'CERT_NOT_YET_VALID'],
    ];
    for (const [given, code] of cases) {
      const before = consumer.log.length;
      await store({ ...pair, ...given });
      await expect
        .poll(() => consumer.log.slice(before), { timeout: 5000 })
        .toMatch(/can’t be used, the old one stays/);
      expect({ given: Object.keys(given), log: consumer.log.slice(before) }).toMatchObject({
        log: expect.stringContaining(`"code":"${code}"`),
      });
      await store(pair);
      await expect.poll(() => consumer.log.slice(before)).toContain('can be read again');
    }
    await store(next);
    await consumer.untilLogged(/client certificate rotated/);
    await scenario.produceByCommand(100, '--partitions', '2');
    await untilRead();
    expect(consumer.log).not.toContain('partitions revoked');
    expect(await consumer.stop()).toBe(143);
    await scenario.expectExactlyOnce();
  });
});

describe('a new authority of the brokers and clients', () => {
  it('is taken without a restart: first trusted beside the old one, then the brokers’, then the clients’', async () => {
    const { broker, store, scenario, consumer, untilRead } = await setup();
    const [old, next] = [broker.authority, await createAuthority('next')];
    const both = `${old.certificatePem}\n${next.certificatePem}\n`;
    await store({ ca: both });
    await consumer.untilLogged(/client certificate rotated/);
    await exchange(broker, next, [old, next]);
    await scenario.produceByCommand(100, '--partitions', '2');
    await untilRead();
    await store({ ...(await next.issue({ commonName: 'admin' })), ca: next.certificatePem });
    await consumer.untilLogged(/client certificate rotated/, 2);
    await exchange(broker, next, [next]);
    await scenario.produceByCommand(100, '--partitions', '2');
    await untilRead();
    expect(await consumer.stop()).toBe(143);
    await scenario.expectExactlyOnce();
  });

  it('that the service does not trust yet is named, and reading goes on by itself once it does', async () => {
    const { broker, store, scenario, consumer, untilRead } = await setup();
    const next = await createAuthority('next');
    await exchange(broker, next, [broker.authority, next]);
    await consumer.untilLogged(/"code":"BROKER_UNTRUSTED"/);
    await store({ ca: `${broker.authority.certificatePem}\n${next.certificatePem}\n` });
    await consumer.untilLogged(/client certificate rotated/);
    await scenario.produceByCommand(100, '--partitions', '2');
    await untilRead();
    expect(await consumer.stop()).toBe(143);
    await scenario.expectExactlyOnce();
  });
});
