import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableFor } from '../../src/app/config/topic-choice.ts';
import { kafkaEnvironment, runCli, RunningCli, type Environment } from '../support/cli.ts';
import { connectAdmin } from '../support/kafka.ts';
import { temporaryFolder } from '../support/lake.ts';
import { publishReadings } from '../support/publish-readings.ts';
import { countTopicsWithPyarrow, countWithPyarrow } from '../support/pyarrow.ts';

const small = {
  BATCH_ROWS_MAX: '150',
  BATCH_AGE_MAX_SECONDS: '0.3',
  KAFKA_SESSION_TIMEOUT_SECONDS: '6',
  KAFKA_METADATA_SECONDS: '1',
  KAFKA_FETCH_BYTES_MAX: '20000',
};

/** Topics of the test's own, whose names begin with the same word, and a lake for them. */
async function openTopics() {
  const id = `ward${randomUUID().slice(0, 8)}`;
  const folder = await temporaryFolder();
  const env: Environment = { ...kafkaEnvironment(), ...small, LAKE: folder };
  const published = new Map<string, number>();
  return {
    id,
    env,
    folder,
    published,
    nameOf: (name: string) => `${id}.${name}`,
    publish: async (name: string, count: number, partitions = 2) => {
      const topic = `${id}.${name}`;
      const sent = await publishReadings(connectAdmin(), topic, { count, partitions });
      published.set(topic, (published.get(topic) ?? 0) + sent);
    },
    total: () => published.values().reduce((sum, count) => sum + count, 0),
    /** Rows and different coordinates of each topic's own table. */
    countTables: async () =>
      Object.fromEntries(
        await Promise.all(
          [...published.keys()].map(async (topic) => [topic, await countWithPyarrow(join(folder, tableFor(topic)))]),
        ),
      ),
    expected: () =>
      Object.fromEntries([...published].map(([topic, count]) => [topic, { rows: count, distinct: count }])),
  };
}

describe('topics that match a pattern', () => {
  it('go into a table each, also one that appears while they are read, though the process is killed', async () => {
    const topics = await openTopics();
    await topics.publish('a', 600);
    await topics.publish('b', 400, 1);
    const env = { ...topics.env, KAFKA_TOPIC_PATTERN: `${topics.id}\\..*` };
    const killed = new RunningCli(['consume'], env);
    await killed.untilLogged(/batch committed/, 3);
    await killed.stop('SIGKILL');
    const service = new RunningCli(['consume'], env);
    await service.untilLogged(/batch committed/);
    await topics.publish('c', 300);
    await topics.publish('a', 200);
    const { folder, nameOf } = topics;
    await expect
      .poll(() => countWithPyarrow(join(folder, tableFor(nameOf('c')))).then(({ rows }) => rows, String), {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(300);
    expect(await service.stop()).toBe(143);
    const rest = await runCli(['consume', '--until-end'], env);
    expect(rest.code).toBe(0);
    expect(await topics.countTables()).toEqual(topics.expected());
  });
});

describe('topics of a list', () => {
  it('share a table whose rows say which topic they are from', async () => {
    const topics = await openTopics();
    await topics.publish('a', 500);
    await topics.publish('b', 300);
    const env = { ...topics.env, KAFKA_TOPICS: [...topics.published.keys()].join(','), LAKE_TABLE: 'wards' };
    const done = await runCli(['consume', '--until-end'], env);
    expect(done.code).toBe(0);
    const counts = Object.fromEntries(topics.published);
    expect(await countTopicsWithPyarrow(join(topics.folder, 'wards'))).toEqual({ rows: counts, distinct: counts });
    const audit = await runCli(['verify', '--deep'], env);
    expect({ code: audit.code, log: audit.stderr }).toEqual({ code: 0, log: '' });
    for (const [topic, records] of topics.published)
      expect(audit.stdout).toMatch(
        new RegExp(`topic ${topic}\\n[^]*?nothing lost, nothing doubled: ${records} records`),
      );
    const [first = ''] = topics.published.keys();
    const replayed = await runCli(['replay', '--all', '--topic', first], env);
    expect(replayed.code).toBe(0);
    expect(await countTopicsWithPyarrow(join(topics.folder, 'wards'))).toEqual({ rows: counts, distinct: counts });
    expect(await runCli(['hours', '--settle', '--topic', first], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the table wards holds several topics'),
    });
    const schema = await runCli(['schema', 'show', '--topic', first, '--json'], env);
    expect(JSON.parse(schema.stdout)).toMatchObject({
      table: 'wards',
      columns: expect.arrayContaining([expect.objectContaining({ name: 'kafka_topic', type: 'string' })]),
    });
    expect(await runCli(['replay', '--all'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--topic'),
    });
  });
});

describe('topics whose names differ in case only', () => {
  it('can’t both be the table of that name: the service and the audit name the one that is refused', async () => {
    const topics = await openTopics();
    const env = { ...topics.env, KAFKA_TOPIC_PATTERN: `${topics.id}\\..*` };
    await topics.publish('Bed', 100, 1);
    expect(await runCli(['consume', '--until-end'], env)).toMatchObject({ code: 0 });
    await topics.publish('bed', 50, 1);
    await topics.publish('chair', 30, 1);
    const service = new RunningCli(['consume'], env);
    await service.untilLogged(/a topic is not written: the others go on/);
    expect(service.log).toContain(
      `holds records of the topic ${topics.nameOf('Bed')}, expected ${topics.nameOf('bed')}`,
    );
    await expect.poll(() => service.committedRecords(), { timeout: 30_000, interval: 200 }).toBe(30);
    expect(await service.stop()).toBe(143);
    const audit = await runCli(['verify', '--deep'], env);
    expect(audit.code).toBe(1);
    expect(audit.stderr).toContain('TABLE_MISMATCH');
    expect(audit.stdout).toMatch(
      new RegExp(`topic ${topics.nameOf('bed')}\\n.*holds records of the topic ${topics.nameOf('Bed')}`),
    );
    for (const [name, count] of [
      ['Bed', 100],
      ['chair', 30],
    ] as const)
      expect(audit.stdout).toMatch(
        new RegExp(`topic ${topics.nameOf(name)}\\n[^]*?nothing lost, nothing doubled: ${count} records`),
      );
  });
});

describe('a table that one of several topics had alone', () => {
  it('is theirs at the first run that reads them all', async () => {
    const topics = await openTopics();
    await topics.publish('a', 100, 1);
    await topics.publish('b', 100, 1);
    const [a, b] = [topics.nameOf('a'), topics.nameOf('b')];
    const table = { ...topics.env, LAKE_TABLE: 'wards' };
    expect(await runCli(['consume', '--until-end'], { ...table, KAFKA_TOPIC: a })).toMatchObject({ code: 0 });
    const shared = { ...table, KAFKA_TOPICS: `${a},${b}` };
    expect(await runCli(['doctor', '--topic', b], shared)).toMatchObject({ code: 0 });
    expect(await runCli(['consume', '--until-end'], shared)).toMatchObject({ code: 0 });
    expect(await countWithPyarrow(join(topics.folder, 'wards'))).toMatchObject({ rows: 200 });
    expect(await runCli(['verify', '--topic', b], shared)).toMatchObject({ code: 0 });
    // the command that the audit prints for the rows of before works as it stands
    const audit = await runCli(['verify', '--deep'], shared);
    const [, printed = ''] = /what to do: glueless (replay .*)$/m.exec(audit.stdout) ?? [];
    expect(await runCli(printed.split(' '), shared)).toMatchObject({ code: 0 });
    expect(await runCli(['verify', '--deep'], shared)).toMatchObject({ code: 0 });
  });
});

describe('an Iceberg table that topics share', () => {
  it('is audited topic by topic', async () => {
    const topics = await openTopics();
    for (const name of ['a', 'b']) await topics.publish(name, 200);
    const shared = { KAFKA_TOPICS: [...topics.published.keys()].join(','), LAKE_TABLE: 'wards' };
    const env = { ...topics.env, ...shared, TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: '1' };
    expect(await runCli(['consume', '--until-end'], env)).toMatchObject({ code: 0 });
    const audit = await runCli(['verify'], env);
    expect({
      code: audit.code,
      found: audit.stdout.match(/nothing lost, nothing doubled: 200 records/g),
    }).toMatchObject({
      code: 0,
      found: { length: 2 },
    });
  });
});

describe('a topic in trouble', () => {
  it('is named and tried again, and the others are written', async () => {
    const topics = await openTopics();
    await topics.publish('well', 300);
    await topics.publish('ill', 200, 1);
    const [well, ill] = [topics.nameOf('well'), topics.nameOf('ill')];
    // the table is another topic's already
    await topics.publish('other', 10, 1);
    const first = { KAFKA_TOPIC: topics.nameOf('other'), LAKE_TABLE: tableFor(ill) };
    expect(await runCli(['consume', '--until-end'], { ...topics.env, ...first })).toMatchObject({ code: 0 });
    const missing = topics.nameOf('missing');
    const env = { ...topics.env, KAFKA_TOPICS: [well, ill, missing].join(','), HTTP_PORT: '0' };
    const service = new RunningCli(['consume'], env);
    await service.untilLogged(/a topic is not written: the others go on/);
    await service.untilLogged(/a topic is waited for: the others are read/);
    await expect.poll(() => service.committedRecords(), { interval: 200 }).toBe(300);
    const port = /"port":(\d+)/.exec(service.log)?.[1] ?? '';
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      ok: true,
      problems: [],
      topics: {
        [ill]: [expect.stringContaining(`holds records of the topic ${first.KAFKA_TOPIC}`)],
        [missing]: [expect.stringContaining('the topic does not exist')],
      },
    });
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('glueless_troubled_topics 1');
    expect(metrics).toMatch(new RegExp(`glueless_records_total{[^}]*topic="${well}"[^}]*} 300`));
    await topics.publish('missing', 50, 1);
    await expect.poll(() => service.committedRecords(), { interval: 200 }).toBe(350);
    expect(await service.stop()).toBe(143);
    expect(await countWithPyarrow(join(topics.folder, tableFor(missing)))).toEqual({ rows: 50, distinct: 50 });
  });
});
