import { join } from 'node:path';
import { expect, it } from 'vitest';
import { avroEncoder, confluentFrame } from '../../bench/support/avro-encoder.ts';
import { kafkaEnvironment, ownNames, runCli, RunningCli } from '../support/cli.ts';
import { countLake, type KnownRecord } from '../support/count-lake.ts';
import { appendRecords, connectAdmin, createTopic } from '../support/kafka.ts';
import { temporaryFolder } from '../support/lake.ts';
import { startSchemaRegistry, type GivenSchema } from '../support/schema-registry.ts';

const fields = [
  { name: 'id', type: 'long' },
  { name: 'ward', type: ['null', 'string'] },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  { name: 'temperature', type: 'double' },
];
const first = { type: 'record', name: 'Reading', fields };
const later = { ...first, fields: [...fields, { name: 'beds', type: { type: 'array', items: 'int' } }] };
const gone = { type: 'record', name: 'Gone', fields: [{ name: 'id', type: 'long' }] };

/** The GUID of the first schema, as Confluent's HeaderSchemaIdSerializer puts it into a header. */
const guid = '8f7c7ec3-70a1-4bd2-9d2e-6c6a27b0c0de';
const guidHeader = Buffer.from(`01${guid.replaceAll('-', '')}`, 'hex');

/** A value as a producer sends it, and the JSON that says what it holds. */
interface Sent {
  readonly value: Buffer;
  readonly headers?: Readonly<Record<string, Buffer>>;
  readonly json: string;
}

/** Ids are larger than a double can tell from their neighbours. */
function readingOf(index: number): Sent {
  const id = 2n ** 60n + BigInt(index);
  const isLater = index % 3 === 0;
  const atMs = Date.UTC(2026, 10, 26, 9, 0, index % 60);
  const beds = [index, -index];
  const ward = index % 5 === 0 ? null : { string: `ward "${index}"` };
  const value = { id, ward, at: BigInt(atMs), temperature: 36 + index / 7, ...(isLater && { beds }) };
  const known = { ward: ward?.string, at: new Date(atMs).toISOString(), temperature: value.temperature };
  const json = JSON.stringify({ ...known, ...(isLater && { beds }) });
  const encoded = avroEncoder(isLater ? later : first)(value);
  const namedBy = isLater || index % 4 > 0 ? {} : { headers: { __value_schema_id: guidHeader } };
  return {
    value: 'headers' in namedBy ? encoded : confluentFrame(isLater ? 2 : 1, encoded),
    ...namedBy,
    json: `{"id":${id},${json.slice(1)}`,
  };
}

const plain: Sent = { value: Buffer.from('{"id":5}'), json: '{"id":5}' };
/** Becomes a row once the registry has its schema. */
const early: Sent = { value: confluentFrame(9, avroEncoder(gone)({ id: 6n })), json: '{"id":6}' };
const damaged = confluentFrame(1, Buffer.from('x')).toString('latin1');

it('waits for a registry that is down, reads each record by its schema, and replays and redrives them', async () => {
  const schemas = new Map<number, GivenSchema>([
    [1, { schema: first }],
    [2, { schema: later }],
  ]);
  const registry = await startSchemaRegistry({ schemas, guids: new Map([[guid, 1]]), login: 'reader:secret' });
  registry.failure = { status: 503, body: '' };
  const env = {
    ...kafkaEnvironment(),
    ...ownNames(),
    LAKE: await temporaryFolder(),
    VALUE_FORMAT: 'avro',
    SCHEMA_REGISTRY_URL: registry.url,
    SCHEMA_REGISTRY_USERNAME: 'reader',
    SCHEMA_REGISTRY_PASSWORD: 'secret',
    BATCH_AGE_MAX_SECONDS: '0.2',
    SHUTDOWN_DEADLINE_SECONDS: '1',
    HTTP_PORT: '0',
  };
  const kafka = connectAdmin();
  await createTopic(kafka, env.KAFKA_TOPIC, 1);
  const sent = [...Array.from({ length: 200 }, (_, index) => readingOf(index)), plain, early];
  const others = [Buffer.from(damaged, 'latin1'), null].map((value) => ({ value }));
  await appendRecords(kafka, env.KAFKA_TOPIC, 0, [...sent, ...others]);
  const known = [...sent.map(({ json }) => json), damaged].map((json, offset): KnownRecord => [0, offset, json]);
  const count = (records: readonly KnownRecord[]) =>
    countLake({ folders: ['', '_dead_letters'].map((end) => join(env.LAKE, env.LAKE_TABLE + end)), records });

  const waiting = new RunningCli(['consume'], env);
  await waiting.untilLogged(/"step":"schemas".*SCHEMA_REGISTRY_UNAVAILABLE/);
  const port = /"port":(\d+)/.exec(waiting.log)?.[1] ?? '';
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.text()).toContain('the step schemas fails and is tried again');
  expect(await waiting.stop()).not.toBe(0);
  expect(await count([])).toMatchObject({ rows: 0, deadLetters: 0, wrong: 0 });

  registry.failure = undefined;
  const before = registry.asked.length;
  expect(await runCli(['consume', '--until-end'], env)).toMatchObject({ code: 0 });
  const without = known.map(([partition, offset, json]): KnownRecord => [
    partition,
    offset,
    offset === 201 ? early.value.toString('latin1') : json,
  ]);
  expect(await count(without)).toEqual({ rows: 201, deadLetters: 2, lost: 0, doubled: 0, wrong: 0, examples: [] });
  expect(registry.asked.slice(before).filter((path) => path === '/schemas/ids/1')).toHaveLength(1);
  expect(registry.asked.slice(before).filter((path) => path === `/schemas/guids/${guid}`)).toHaveLength(1);

  expect(await runCli(['replay', '--all'], env)).toMatchObject({ code: 0 });
  expect(await count(without)).toMatchObject({ rows: 201, lost: 0, doubled: 0, wrong: 0 });
  schemas.set(9, { schema: gone });
  expect(await runCli(['redrive', '--reason', 'unknown-schema'], env)).toMatchObject({ code: 0 });
  expect(await count(known)).toEqual({ rows: 202, deadLetters: 1, lost: 0, doubled: 0, wrong: 0, examples: [] });
  expect(await runCli(['verify', '--deep'], env)).toMatchObject({ code: 0 });
});
