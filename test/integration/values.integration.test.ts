import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { kafkaEnvironment, ownNames, runCli } from '../support/cli.ts';
import { connectAdmin, createTopic } from '../support/kafka.ts';
import { temporaryFolder } from '../support/lake.ts';
import { readAllRows } from '../support/pyarrow.ts';

const allColumns = 'partition,offset,timestamp,topic,key,headers';
const json = (n: number): Buffer => Buffer.from(`{"n":${n}}`);

it('reads framed and compressed values, with key, headers and topic beside them', async () => {
  const env = {
    ...kafkaEnvironment(),
    ...ownNames(),
    LAKE: await temporaryFolder(),
    KAFKA_COLUMNS: allColumns,
    KAFKA_HEADERS: 'ce-type,ce-id',
  };
  const kafka = connectAdmin();
  await createTopic(kafka, env.KAFKA_TOPIC, 1);
  const producer = kafka.kafkajs.producer();
  await producer.connect();
  const headers = { 'ce-type': 'reading', 'ce-id': '1', other: 'left out' };
  await producer.send({
    topic: env.KAFKA_TOPIC,
    messages: [
      { key: 'ward-7', value: json(0), headers },
      { key: Buffer.from([0xff]), value: Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), json(1)]) },
      { value: Buffer.concat([Buffer.from([3, 0]), Buffer.alloc(16, 1), json(2)]) },
      { value: gzipSync(json(3)) },
    ],
  });
  await producer.disconnect();
  expect(await runCli(['consume', '--until-end'], env)).toMatchObject({ code: 0 });
  expect(await readAllRows(join(env.LAKE, env.LAKE_TABLE))).toMatchObject([
    { n: 0, kafka_topic: env.KAFKA_TOPIC, kafka_key: 'ward-7', kafka_headers: '{"ce-type":"reading","ce-id":"1"}' },
    { n: 1, kafka_key: null, kafka_key_base64: '/w==', kafka_headers: null },
    { n: 2, kafka_key: null },
    { n: 3 },
  ]);
  expect(await runCli(['verify', '--deep'], env)).toMatchObject({ code: 0 });
});

it('publishes the lines of a file with key and headers', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'events.ndjson');
  await writeFile(file, '{"ward":"7","n":1}\n{"ward":"8","n":2}\n\n{"n":3}\n');
  const env = { ...kafkaEnvironment(), ...ownNames(), LAKE: join(folder, 'lake'), KAFKA_COLUMNS: allColumns };
  const from = ['--from', file, '--key-field', 'ward', '--header', 'source=file', '--partitions', '1'];
  const published = await runCli(['produce', ...from, '--rate', '100'], env);
  expect(JSON.parse(published.stdout)).toEqual({ topic: env.KAFKA_TOPIC, acknowledged: 3 });
  expect(await runCli(['consume', '--until-end'], env)).toMatchObject({ code: 0 });
  const kafka_headers = '{"source":"file"}';
  expect(await readAllRows(join(env.LAKE, env.LAKE_TABLE))).toMatchObject([
    { n: 1, ward: '7', kafka_key: '7', kafka_headers },
    { n: 2, ward: '8', kafka_key: '8', kafka_headers },
    { n: 3, kafka_key: null, kafka_headers },
  ]);
  expect(await runCli(['produce', ...from, '--faults', '0.1'], env)).toMatchObject({ code: 2 });
});

it('makes a row of each object of an array, counted by offset and index', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'arrays.ndjson');
  await writeFile(file, '[{"n":0},{"n":1}]\n{"n":2}\n[]\n[{"n":3},4]\n[{"n":5}]\n');
  const env = { ...kafkaEnvironment(), ...ownNames(), LAKE: join(folder, 'lake'), RECORDS: 'array' };
  expect(await runCli(['produce', '--from', file, '--partitions', '1'], env)).toMatchObject({ code: 0 });
  expect(await runCli(['consume', '--until-end'], env)).toMatchObject({ code: 0 });
  const rows = await readAllRows(join(env.LAKE, env.LAKE_TABLE));
  const found = rows.map((row) => [row['kafka_offset'], row['kafka_index'], row['n']].map(Number));
  expect(new Set(found.map(String))).toEqual(new Set(['0,0,0', '0,1,1', '1,0,2', '4,0,5']));
  expect(found).toHaveLength(4);
  const audit = await runCli(['verify', '--deep'], env);
  expect(audit.stdout).toContain('6 records = 4 rows + 1 dead letters + 1 tombstones');
  expect(audit.code).toBe(0);
});
