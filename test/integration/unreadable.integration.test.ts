import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/devstack/child.ts';
import { jsonRecords } from '../support/chunks.ts';
import { kafkaEnvironment, ownNames, runCli, RunningCli, type Environment } from '../support/cli.ts';
import { appendRecords, connectAdmin, createTopic } from '../support/kafka.ts';
import { temporaryFolder } from '../support/lake.ts';
import { sendBatch } from '../support/raw-producer.ts';
import { encodeBatch } from '../support/record-batches.ts';

const records = (count: number) => jsonRecords(...Array.from({ length: count }, (_, n) => ({ n })));

/** Partition 1 holds two records of one offset, which the broker takes and nobody can read: [50, 52) between good ones. */
async function openDamagedTopic(extra: Environment = {}): Promise<Environment> {
  const names = ownNames();
  const kafka = connectAdmin();
  const topic = names.KAFKA_TOPIC;
  await createTopic(kafka, topic, 2);
  await appendRecords(kafka, topic, 0, records(100));
  await appendRecords(kafka, topic, 1, records(50));
  await sendBatch(topic, 1, encodeBatch(records(2), { deltas: [0, 0], lastOffsetDelta: 1 }));
  await appendRecords(kafka, topic, 1, records(30));
  return {
    ...kafkaEnvironment(),
    ...names,
    LAKE: await temporaryFolder(),
    BATCH_AGE_MAX_SECONDS: '0.5',
    KAFKA_SESSION_TIMEOUT_SECONDS: '6',
    ...extra,
  };
}

describe('a batch that can’t be read', () => {
  it('stops its partition only, loudly, until it is skipped beside the running service', async () => {
    const port = await freePort();
    const env = await openDamagedTopic({ HTTP_PORT: String(port) });
    const service = new RunningCli(['consume'], env);
    const get = (path: string) => fetch(`http://localhost:${port}${path}`);
    await service.untilLogged(/records can’t be read: their partition waits/);
    // everything before it is written, and the other partition
    await expect.poll(() => service.committedRecords(), { timeout: 20_000 }).toBe(150);
    expect(service.log).toContain('glueless skip --partition 1 --offset 50 --to 52');
    const ready = await get('/readyz');
    expect([ready.status, await ready.text()]).toEqual([
      503,
      expect.stringContaining("partition 1 can't be read from offset 50 on"),
    ]);
    expect(await (await get('/metrics')).text()).toMatch(/^glueless_unreadable_partitions\{partition="1"\} 1$/m);

    const skip = ['skip', '--partition', '1', '--offset', '50', '--reason', 'two records of one offset'];
    const dry = await runCli([...skip, '--dry-run'], env);
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('[50, 52)')]);
    expect(await runCli(skip, env)).toMatchObject({ code: 0 });
    await service.untilLogged(/the partition goes on/);
    await expect.poll(() => service.committedRecords(), { timeout: 20_000 }).toBe(180);
    await expect.poll(async () => (await get('/readyz')).status, { timeout: 20_000 }).toBe(200);
    expect(await (await get('/metrics')).text()).toMatch(/^glueless_unreadable_partitions\{partition="1"\} 0$/m);
    expect(await service.stop()).toBe(143);
    const verified = await runCli(['verify', '--deep'], env);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('180 records')]);
  });

  it('lets a run to the end write everything else, and fail with the partition and what to do', async () => {
    const env = await openDamagedTopic();
    const run = await runCli(['consume', '--until-end'], env);
    expect(run.code).toBe(1);
    const last = JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({
      code: 'RECORDS_UNREADABLE',
      partitions: [1],
      hint: "glueless skip --partition 1 --offset 50 --to 52 --reason '<why>'",
    });
    const [rows] = [...run.stderr.matchAll(/"rows":(\d+)/g)].reduce(([sum], [, count]) => [sum + Number(count)], [0]);
    expect(rows).toBe(150);
  });
});
