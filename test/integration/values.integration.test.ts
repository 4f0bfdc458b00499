import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { kafkaEnvironment, ownNames, runCli } from '../support/cli.ts';
import { connectAdmin, createTopic } from '../support/kafka.ts';
import { temporaryFolder } from '../support/lake.ts';
import { readAllRows } from '../support/pyarrow.ts';

const json = (n: number): Buffer => Buffer.from(`{"n":${n}}`);

it('reads framed and compressed values, with key, headers and topic beside them', async () => {
  const env = {
    ...kafkaEnvironment(),
    ...ownNames(),
    LAKE: await temporaryFolder(),
    KAFKA_COLUMNS: 'partition,offset,timestamp,topic,key,headers',
    KAFKA_HEADERS: 'ce-type,ce-id',
  };
  const kafka = connectAdmin();
  await createTopic(kafka, env.KAFKA_TOPIC, 1);
  const producer = kafka.producer();
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
