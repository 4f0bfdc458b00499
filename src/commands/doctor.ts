import { randomUUID } from 'node:crypto';
import { checkConditionalWrites } from '../consumer/ledger/chain/conditional-writes.ts';
import { checkTable } from '../consumer/table/catalog/check-table.ts';
import { Ledger } from '../consumer/ledger/ledger.ts';
import type { TopicReader } from '../consumer/ports/topic.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KafkaSettings } from '../app/config/settings/kafka-settings.ts';
import type { Settings } from '../app/config/settings.ts';
import { connectKafka, listBrokers } from '../app/kafka/connect-kafka.ts';
import { printLines } from '../app/observe/output.ts';
import { openTopic } from '../app/kafka/open-topic.ts';
import { openLake } from '../app/lake/open-lake.ts';
import { readNewestFile } from '../app/lake/read-newest-file.ts';
import { tryRegistries } from '../app/kafka/try-registries.ts';
import { describePositions } from './describe-positions.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';
import { describeFailure } from '../app/observe/explain-failure.ts';

interface Check {
  readonly name: string;
  /** Answers with what was found; rejects with what is wrong. */
  readonly run: () => Promise<string>;
  /** What else may explain a failure. */
  readonly note?: string;
}

const vpcNote = 'MSK is reached from inside its VPC only: docs/runbook.md has the line that runs this there';

const soonDays = 30;

/** Tries everything the service needs, one by one, and prints a line for each; 1 when anything is wrong. */
export async function doctor(settings: Settings): Promise<number> {
  const sides = [
    await runChecks(kafkaChecks(settings.kafka)),
    await runChecks(registryChecks(settings)),
    await runChecks(lakeChecks(settings)),
  ];
  const areReady = sides.every(Boolean) && (await runChecks([ledgerCheck(settings)]));
  if (!areReady) printLines('the service can’t work yet');
  if (!areReady) return exitCodes.failed;
  const isReadable = await runChecks([newestFileCheck(settings)]);
  printLines(isReadable ? 'everything is in place' : 'the service can work, but what it wrote last can’t be read');
  return isReadable ? exitCodes.done : exitCodes.failed;
}

/** Runs checks until one fails, since those after it stand on it. True when all have passed. */
async function runChecks(checks: readonly Check[]): Promise<boolean> {
  for (const { name, run, note } of checks) {
    try {
      printLines(`ok    ${name}: ${await run()}`);
    } catch (error) {
      printLines(
        ...`FAIL  ${name}: ${describeFailure(error)}`.split('\n'),
        ...(note === undefined ? [] : [`  ${note}`]),
      );
      return false;
    }
  }
  return true;
}

function kafkaChecks(settings: KafkaSettings): Check[] {
  const connect = () => connectKafka(settings, { patience: 'one-off', nowMs: systemClock.nowMs() });
  const { topic, groupId } = settings;
  return [
    {
      name: 'client certificate',
      run: async () => {
        const { certificate } = await connect();
        if (certificate === undefined) return settings.tls.isOn ? 'none given' : 'none, and no TLS';
        const { subject, validTo, daysLeft } = certificate;
        const warning = daysLeft < soonDays ? ', renew it soon' : '';
        return `${subject}, valid until ${validTo.toISOString()} (${daysLeft} days)${warning}`;
      },
    },
    {
      name: 'broker',
      ...(settings.brokers.some((each) => each.includes('.amazonaws.com')) && { note: vpcNote }),
      run: async () => {
        const brokers = await listBrokers((await connect()).kafka, settings);
        return `${brokers.length} brokers: ${brokers.join(', ')}`;
      },
    },
    {
      name: 'topic',
      run: async () => {
        await using reader = await openTopic(settings);
        const { partitions } = await reader.describe();
        const records = partitions.values().reduce((sum, { low, high }) => sum + (high - low), 0n);
        return `${topic}, ${partitions.size} partitions, about ${records} records`;
      },
    },
    {
      name: 'records',
      run: async () => {
        await using reader = await openTopic(settings);
        return await readNewest(reader, topic);
      },
    },
    {
      name: 'consumer group',
      run: async () => {
        await using reader = await openTopic(settings);
        await reader.checkMembership(groupId);
        const committed = await reader.committed(groupId);
        return `${groupId} may be joined, ${committed.size} partitions with a committed offset`;
      },
    },
  ];
}

function registryChecks({ schema, registry }: Settings): Check[] {
  return schema.valueFormat === 'avro' ? [{ name: 'schema registry', run: () => tryRegistries(registry) }] : [];
}

/** Reads one record as replay and verify do, without the consumer group. */
async function readNewest(reader: TopicReader, topic: string): Promise<string> {
  const { partitions } = await reader.describe();
  const held = [...partitions].find(([, { low, high }]) => low < high);
  if (held === undefined) return `${topic} is empty: nothing to read yet`;
  const [partition, { high }] = held;
  for await (const chunk of reader.read({ partition, from: high - 1n, to: high })) chunk[Symbol.dispose]();
  return `read ${topic}/${partition} at offset ${high - 1n}`;
}

function lakeChecks({ lake, schema, kafka: { topic }, table: { name, isSharer } }: Settings): Check[] {
  const tellsTopic = schema.kafkaColumns.parts.includes('topic');
  return [
    {
      name: 'object store',
      run: async () => {
        const { store } = await openLake(lake);
        await checkConditionalWrites(store, randomUUID());
        return `${store.uri('')}, writes and keeps conditions`;
      },
    },
    {
      name: 'catalog',
      run: async () => {
        const { catalog, store } = await openLake(lake);
        const table = await catalog.load(name);
        if (table !== undefined) checkTable(table, { location: store.uri(`${name}/`), topic, tellsTopic, isSharer });
        const found = table === undefined ? 'not there yet' : `${table.columns.length} columns`;
        return `table ${lake.database}.${name}: ${found}`;
      },
    },
    {
      name: 'rights on the catalog',
      run: async () => {
        const { catalog, checkRights } = await openLake(lake);
        return checkRights(await catalog.load(name), name);
      },
    },
  ];
}

/** Finds where the service would go on, with all that it would check there: whose topic it is, whether the ledger is whole. */
function ledgerCheck({ kafka: settings, lake, table }: Settings): Check {
  return {
    name: 'ledger',
    run: async () => {
      await using reader = await openTopic(settings);
      const ledger = new Ledger((await openLake(lake)).store);
      const path = { table: table.name, topic: settings.topic };
      return await describePositions(path, settings.start, { ledger, reader, clock: systemClock });
    },
  };
}

/** Reads back what was written last, as those do who query the table. */
function newestFileCheck({ kafka: { topic }, lake, table: { name: table, format } }: Settings): Check {
  return {
    name: 'newest file',
    run: async () => {
      const opened = await openLake(lake);
      return readNewestFile({ table, topic }, { lake: opened, ledger: new Ledger(opened.store), format });
    },
  };
}
