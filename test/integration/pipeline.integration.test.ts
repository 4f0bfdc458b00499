import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { kafkaEnvironment, ownNames, runCli, RunningCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/lake.ts';
import { readingAt } from '../../src/producer/thermometer.ts';
import { countWithPyarrow, sumsOf, sumWithPyarrow } from '../support/pyarrow.ts';

async function setup(extra: Record<string, string> = {}) {
  const names = ownNames();
  const folder = await temporaryFolder();
  const env = { ...kafkaEnvironment(), ...names, LAKE: folder, LOG_LEVEL: 'info', ...extra };
  const table = join(folder, names.LAKE_TABLE);
  return { env, table, rejected: `${table}_dead_letters` };
}

const start = ['--start', '2026-11-23T00:00:00Z', '--every', '7s'];

describe('from simulator to table, over mutual TLS', () => {
  it.each(['glueless', 'hyparquet', 'parquetjs-lite'])(
    'written by %s: pyarrow counts what the broker acknowledged',
    async (encoder) => {
      const { env, table, rejected } = await setup({ PARQUET_ENCODER: encoder, BATCH_ROWS_MAX: '700' });
      const produced = await runCli(['produce', '--count', '5000', '--faults', '0.05', ...start], env);
      expect(produced.code).toBe(0);
      const consumed = await runCli(['consume', '--until-end'], env);
      expect(consumed.code).toBe(0);
      const rows = await countWithPyarrow(table);
      const deadLetters = await countWithPyarrow(rejected);
      expect(rows.rows).toBe(rows.distinct);
      expect(deadLetters.rows).toBeGreaterThan(0);
      expect(rows.rows + deadLetters.rows).toBe(JSON.parse(produced.stdout).acknowledged);
      const verified = await runCli(['verify', '--deep'], env);
      expect(verified.stdout).toContain('nothing lost, nothing doubled: 5000 records');
      expect(verified.code).toBe(0);
    },
  );

  it('writes what had arrived when it is asked to stop, and exits with 143', async () => {
    const { env, table } = await setup({ BATCH_AGE_MAX_SECONDS: '3600' });
    const consumer = new RunningCli(['consume'], env);
    await runCli(['produce', '--count', '500', ...start], env);
    await consumer.untilLogged(/partitions assigned/);
    const other = await runCli(['consume', '--until-end'], {
      ...env,
      KAFKA_GROUP_ID: 'other',
      LAKE: await temporaryFolder(),
    });
    expect(other.code).toBe(0);
    // what another reader has read by now has arrived here too
    expect(await consumer.stop()).toBe(143);
    const more = await runCli(['consume', '--until-end'], env);
    expect(more.code).toBe(0);
    expect(await countWithPyarrow(table)).toEqual({ rows: 500, distinct: 500 });
  });

  it('waits for its topic, as a service that starts first', async () => {
    const { env, table } = await setup({ BATCH_AGE_MAX_SECONDS: '0.2' });
    const consumer = new RunningCli(['consume'], env);
    await consumer.untilLogged(/waiting for the topic/);
    await runCli(['produce', '--count', '100', '--partitions', '1', ...start], env);
    await consumer.untilLogged(/batch committed/);
    expect(await consumer.stop('SIGINT')).toBe(130);
    expect((await countWithPyarrow(table)).rows).toBe(100);
  });

  it('ends with 143 when it is asked to stop while it waits for its topic', async () => {
    const { env } = await setup();
    const consumer = new RunningCli(['consume'], env);
    await consumer.untilLogged(/waiting for the topic/);
    expect(await consumer.stop('SIGTERM')).toBe(143);
    expect(consumer.log).toContain('stopped before there was anything to write');
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('reads batches compressed with %s', async (compression) => {
    const { env, table } = await setup();
    await runCli(['produce', '--count', '300', '--compression', compression, ...start], env);
    expect((await runCli(['consume', '--until-end'], env)).code).toBe(0);
    expect(await countWithPyarrow(table)).toEqual({ rows: 300, distinct: 300 });
  });

  it.each([
    ['that are read one after the other', ['--compression', 'none', '--partitions', '3'], { BATCH_ROWS_MAX: '20000' }],
    ['that unpack to many megabytes, in parts', ['--compression', 'zstd', '--batch', '60000', '--partitions', '1'], {}],
  ])('keeps every value in its row, from answers %s', async (_how, options, settings) => {
    const { env, table } = await setup(settings);
    const count = 300_000;
    await runCli(['produce', '--count', String(count), ...options, ...start], env);
    expect((await runCli(['consume', '--until-end'], env)).code).toBe(0);
    const startMs = Date.parse('2026-11-23T00:00:00Z');
    const published = Array.from({ length: count }, (_, index) =>
      readingAt({ seed: 1, patients: 50 }, index, startMs + index * 7000),
    );
    expect(await sumWithPyarrow(table)).toEqual(sumsOf(published));
    expect(await countWithPyarrow(table)).toEqual({ rows: count, distinct: count });
  });

  it('leaves out the Kafka columns when it is told to', async () => {
    const { env } = await setup({ KAFKA_COLUMNS: 'false' });
    await runCli(['produce', '--count', '100', ...start], env);
    await runCli(['consume', '--until-end'], env);
    const { stdout } = await runCli(['report', '--json'], env);
    expect(JSON.parse(stdout).length).toBeGreaterThan(0);
    expect((await runCli(['verify', '--deep'], env)).code).toBe(0);
  });

  it('works on S3 and Glue: the audit holds, Athena reports', async () => {
    const { aws } = inject('stack');
    const { env } = await setup({ ...aws.environment, LAKE_DATABASE: `d${Date.now()}` });
    const onS3 = { ...env, LAKE: `s3://${aws.bucket}/pipeline` };
    await runCli(['produce', '--count', '3000', '--faults', '0.02', ...start], onS3);
    expect((await runCli(['consume', '--until-end'], onS3)).code).toBe(0);
    const verified = await runCli(['verify', '--deep'], onS3);
    expect(verified.stdout).toContain('nothing lost, nothing doubled: 3000 records');
    const { stdout } = await runCli(['report', '--json'], onS3);
    const readings = JSON.parse(stdout).reduce((sum: number, mean: { readings: number }) => sum + mean.readings, 0);
    expect(readings).toBeGreaterThan(2900);
    const { code, stdout: checks } = await runCli(['doctor'], onS3);
    expect(checks).toMatch(
      /ok {4}rights on the catalog: CreateTable, .*BatchCreatePartition allowed; UpdateTable can’t/,
    );
    expect(code).toBe(0);
  });

  it('refuses a topic that has other partitions than asked for', async () => {
    const { env } = await setup();
    await runCli(['produce', '--count', '1', '--partitions', '2'], env);
    const { code, stderr } = await runCli(['produce', '--count', '1', '--partitions', '3'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('is there with 2 partitions, expected 3');
  });

  it('gives the same readings for the same seed', async () => {
    const { env } = await setup();
    for (const lake of ['a', 'b']) {
      const own = { ...env, LAKE: join(env.LAKE, lake), KAFKA_TOPIC: `${env.KAFKA_TOPIC}-${lake}` };
      await runCli(['produce', '--count', '400', '--seed', '7', '--partitions', '1', ...start], own);
      await runCli(['consume', '--until-end'], own);
    }
    const reports = await Promise.all(
      ['a', 'b'].map((lake) => runCli(['report', '--json'], { ...env, LAKE: join(env.LAKE, lake) })),
    );
    expect(reports[0]?.stdout).toBe(reports[1]?.stdout);
    expect(JSON.parse(reports[0]?.stdout ?? '[]').length).toBeGreaterThan(10);
  });
});

describe('the doctor', () => {
  it('finds everything in place', async () => {
    const { env } = await setup();
    await runCli(['produce', '--count', '1'], env);
    const { code, stdout } = await runCli(['doctor'], env);
    expect(stdout).toMatch(/ok {4}client certificate: CN=admin, valid until/);
    expect(stdout).toMatch(/ok {4}ledger: \d+ partitions, 1 records wait to be written/);
    expect(stdout).toMatch(/ok {4}newest file: no batch is written yet/);
    expect(stdout).toContain('everything is in place');
    expect(code).toBe(0);
  });

  it('names what is missing, and goes on with the other side', async () => {
    const { env } = await setup();
    const { code, stdout } = await runCli(['doctor'], env);
    expect(stdout).toMatch(/FAIL {2}topic: error TOPIC_MISSING/);
    expect(stdout).not.toContain('glueless produce');
    const verify = await runCli(['verify'], env);
    expect(verify).toMatchObject({ code: 1, stderr: expect.stringContaining('glueless verify --no-broker') });
    expect(stdout).toMatch(/ok {4}object store/);
    expect(code).toBe(1);
  });
});
