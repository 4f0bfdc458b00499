import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { startBroker } from '../../src/devstack/broker.ts';
import { freePort } from '../../src/devstack/child.ts';
import { certificateFiles } from '../support/certificate-files.ts';
import { kafkaEnvironment, ownNames, runCli } from '../support/cli.ts';
import { Scenario } from '../support/scenario.ts';
import { createSecret } from '../support/emulator-objects.ts';

describe('health and metrics', () => {
  it('tell what the service does', async () => {
    const port = await freePort();
    const scenario = await Scenario.open({ HTTP_PORT: String(port), METRICS_EMF_NAMESPACE: 'Ward' });
    await scenario.produce(500, { partitions: 2, faults: 0.3 });
    const consumer = scenario.consume();
    await consumer.untilLogged(/batch committed/, 4);
    const get = (path: string) => fetch(`http://localhost:${port}${path}`);
    expect((await get('/livez')).status).toBe(200);
    expect((await get('/startupz')).status).toBe(200);
    await expect.poll(async () => (await get('/readyz')).status).toBe(200);
    await expect
      .poll(
        async () => {
          const text = await (await get('/metrics')).text();
          const count = (name: string): number =>
            [...text.matchAll(new RegExp(`^${name}\\S* (\\d+)$`, 'gm'))].reduce(
              (sum, [, value]) => sum + Number(value),
              0,
            );
          return {
            records: count('glueless_records_total'),
            hasReasons: /glueless_dead_letters_total\{reason="invalid-json"\} [1-9]/.test(text),
            hasConflicts: /glueless_conflicts_total\{column="temperature_string"\} [1-9]/.test(text),
            hasSteps: /glueless_step_seconds_count\{step="put"\} [1-9]/.test(text),
          };
        },
        { timeout: 20_000 },
      )
      .toEqual({ records: 500, hasReasons: true, hasConflicts: true, hasSteps: true });
    expect(await consumer.stop()).toBe(143);
    expect(consumer.log).toMatch(/^\{"_aws":\{.*"Namespace":"Ward".*"Topic":"readings-.*"Records":500,/m);
  });
});

describe('a certificate in AWS Secrets Manager', () => {
  it('is used, and what is wrong with the secret is said without its content', async () => {
    const { aws, credentials } = inject('stack');
    const create = async (content: string): Promise<string> => {
      const name = `tls-${randomUUID()}`;
      await createSecret(name, content);
      return name;
    };
    const env = {
      ...kafkaEnvironment(),
      ...ownNames(),
      ...aws.environment,
      KAFKA_TLS_CA: '',
      KAFKA_TLS_CERT: '',
      KAFKA_TLS_KEY: '',
    };
    const good = await create(JSON.stringify(credentials.admin));
    const produced = await runCli(['produce', '--count', '3'], { ...env, KAFKA_TLS_SECRET_ID: good });
    expect(produced).toMatchObject({ code: 0 });
    const bad = await create('{"cert": "very secret text"');
    const failed = await runCli(['produce', '--count', '3'], { ...env, KAFKA_TLS_SECRET_ID: bad, LOG_LEVEL: 'error' });
    expect(JSON.parse(failed.stderr)).toMatchObject({ code: 'SECRET_INVALID' });
    expect(failed.stderr).not.toContain('very secret');
  });
});

describe('a certificate that is exchanged while the service runs', () => {
  it('is taken without a restart or a rebalance; a broken one is refused', async () => {
    const broker = await startBroker();
    onTestFinished(() => broker.stop());
    const { authority } = broker;
    const shortLived = await authority.issue({ commonName: 'admin', notAfter: new Date(Date.now() + 20_000) });
    const { store, env } = await certificateFiles(shortLived);
    const scenario = await Scenario.open({ KAFKA_BROKERS: broker.bootstrap, ...env });
    await scenario.produceByCommand(300, '--partitions', '2');
    const consumer = scenario.consume();
    await consumer.untilLogged(/batch committed/);
    await consumer.untilLogged(/client certificate expires soon/);

    await store({ cert: 'nonsense' });
    await consumer.untilLogged(/can’t be used, the old one stays/);
    await store(broker.admin);
    await consumer.untilLogged(/client certificate rotated/);

    await scenario.produceByCommand(300, '--partitions', '2');
    // the first certificate is past its end by now or soon; the broker asks for one on every new connection
    await expect
      .poll(() => new Date(Date.now()) > new Date(shortLivedEnd(consumer.log)), { timeout: 30_000 })
      .toBe(true);
    await scenario.produceByCommand(300, '--partitions', '2');
    await expect.poll(() => consumer.committedRecords(), { timeout: 20_000 }).toBe(900);
    expect(consumer.log.match(/partitions assigned/g)).toHaveLength(1);
    // connections that are closed for it are no trouble with a broker
    expect(consumer.log).not.toMatch(/BROKER_\w+|partitions revoked/);
    expect(await consumer.stop()).toBe(143);
    await scenario.expectExactlyOnce();
  });
});

function shortLivedEnd(log: string): string {
  return /"validTo":"([^"]+)"/.exec(log)?.[1] ?? '';
}
