import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/devstack/child.ts';
import { startBroker } from '../../src/devstack/broker.ts';
import { kafkaEnvironment, runCli } from '../support/cli.ts';
import { Scenario } from '../support/scenario.ts';

const partition = 1;

/** Offsets of a record batch, and where it stands in its file. */
interface StoredBatch {
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

async function batchesIn(segment: string): Promise<StoredBatch[]> {
  const bytes = await readFile(segment);
  const batches: StoredBatch[] = [];
  for (let start = 0; start < bytes.length; start += 12 + bytes.readInt32BE(start + 8)) {
    const from = Number(bytes.readBigInt64BE(start));
    batches.push({ start, from, to: from + bytes.readInt32BE(start + 23) + 1 });
  }
  return batches;
}

/** Flips a bit of the batch's first record, as a bad disk does. */
async function damage(segment: string, { start }: StoredBatch): Promise<void> {
  const file = await open(segment, 'r+');
  const position = start + 61 + 20;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
  await file.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, position);
  await file.close();
}

async function setup() {
  const broker = await startBroker({});
  onTestFinished(() => broker.stop());
  const port = await freePort();
  const env = { ...kafkaEnvironment(broker.admin, broker.bootstrap), HTTP_PORT: String(port) };
  const scenario = await Scenario.open(env);
  await scenario.produceByCommand(600, '--partitions', '2', '--compression', 'none');
  const [data = ''] = broker.dataFolders;
  const segment = join(data, `${scenario.topic}-${partition}`, '00000000000000000000.log');
  const batches = await batchesIn(segment);
  const [damaged, last] = [batches[1], batches.at(-1)];
  if (damaged === undefined || last === undefined) throw new Error('the partition has one batch only');
  await damage(segment, damaged);
  return {
    scenario,
    damaged,
    /** Records of both partitions before the damage. */
    readable: scenario.acknowledged - last.to + damaged.from,
    get: (path: string) => fetch(`http://localhost:${port}${path}`),
    /** Undoes the damage. */
    mend: () => damage(segment, damaged),
    replay: () =>
      runCli(
        ['replay', '--partition', `${partition}`, '--from-offset', `${damaged.from}`, '--to-offset', `${damaged.to}`],
        scenario.env,
      ),
    skip: (...args: string[]) => runCli(['skip', '--partition', `${partition}`, ...args], scenario.env),
  };
}

describe('a batch that a bad disk has changed', () => {
  it('stops its partition only, loudly and with the way on, until it is skipped beside the running service, and is written once it is mended', async () => {
    const { scenario, damaged, readable, get, mend, replay, skip } = await setup();
    const consumer = scenario.consume();
    await consumer.untilLogged(/records can’t be read: their partition waits/);
    const lost = damaged.to - damaged.from;
    expect(consumer.log).toContain(`glueless skip --partition ${partition} --offset ${damaged.from} --reason`);
    // everything before it is written, and the other partition
    await expect.poll(() => consumer.committedRecords()).toBe(readable);
    const ready = await get('/readyz');
    expect([ready.status, await ready.text()]).toEqual([
      503,
      expect.stringContaining(`partition ${partition} can't be read from offset ${damaged.from} on`),
    ]);
    const gauge = new RegExp(
      String.raw`^glueless_unreadable_partitions\{[^}]*partition="${partition}"[^}]*\} (\d)$`,
      'm',
    );
    const unreadable = async () => gauge.exec(await (await get('/metrics')).text())?.[1];
    expect(await unreadable()).toBe('1');

    const reason = ['--reason', 'disk of broker 1'];
    const needless = await skip('--offset', `${damaged.to}`, ...reason);
    expect(needless).toMatchObject({ code: 2, stderr: expect.stringContaining('can be read') });
    const dry = await skip('--offset', `${damaged.from}`, ...reason, '--dry-run');
    expect(dry.stdout).toContain(`[${damaged.from}, ${damaged.to}), ${lost} offsets: would be booked`);
    for (const [to, problem] of [
      [damaged.from, 'nothing lies in'],
      [damaged.to + 1_000_000, 'before --to'],
    ] as const) {
      const wrong = await skip('--offset', `${damaged.from}`, '--to', `${to}`, ...reason, '--dry-run');
      expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining(problem) });
    }
    const done = await skip('--offset', `${damaged.from}`, ...reason);
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining(`[${damaged.from}, ${damaged.to})`) });

    await expect
      .poll(() => consumer.committedRecords(), { timeout: 60_000, interval: 200 })
      .toBe(scenario.acknowledged - lost);
    expect(consumer.log).toContain('the partition goes on');
    await expect.poll(async () => (await get('/readyz')).status).toBe(200);
    expect(await unreadable()).toBe('0');
    expect(await consumer.stop()).toBe(143);
    scenario.acknowledged -= lost;
    await scenario.expectExactlyOnce();

    expect(await replay()).toMatchObject({ code: 1, stderr: expect.stringContaining('RECORDS_UNREADABLE') });
    await scenario.expectExactlyOnce();
    await mend();
    expect(await replay()).toMatchObject({ code: 0, stdout: expect.stringContaining('a gap, will be written') });
    scenario.acknowledged += lost;
    await scenario.expectExactlyOnce();
  });
});
