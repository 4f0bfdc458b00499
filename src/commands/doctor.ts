import { randomUUID } from 'node:crypto';
import { checkConditionalWrites } from '../consumer/ledger/conditional-writes.ts';
import { createTopicReader } from '../kafka/topic-reader.ts';
import { withAdmin } from '../kafka/topics.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Config } from '../app/config.ts';
import { connectKafka } from '../app/connect-kafka.ts';
import { openLake, tableNameOf } from '../app/open-lake.ts';
import { describeFailure, exitCodes } from '../app/exit-codes.ts';

interface Check {
  readonly name: string;
  /** Answers with what was found; rejects with what is wrong. */
  readonly run: () => Promise<string>;
}

const soonDays = 30;

/** Tries everything the service needs, one by one, and prints a line for each; 1 when anything is wrong. */
export async function doctor(config: Config): Promise<number> {
  let failures = 0;
  for (const group of [kafkaChecks(config), lakeChecks(config)]) {
    for (const { name, run } of group) {
      try {
        process.stdout.write(`ok    ${name}: ${await run()}\n`);
      } catch (error) {
        failures++;
        process.stdout.write(`FAIL  ${name}: ${describeFailure(error)}\n`);
        // what comes after stands on this
        break;
      }
    }
  }
  process.stdout.write(failures === 0 ? 'everything is in place\n' : `${failures} of 2 sides can't work yet\n`);
  return failures === 0 ? exitCodes.done : exitCodes.failed;
}

function kafkaChecks(config: Config): Check[] {
  const connect = () => connectKafka(config, { patience: 'one-off', nowMs: systemClock.nowMs() });
  const topic = config.KAFKA_TOPIC;
  return [
    {
      name: 'client certificate',
      run: async () => {
        const { certificate } = await connect();
        if (certificate === undefined) return 'none given';
        const { subject, validTo, daysLeft } = certificate;
        const warning = daysLeft < soonDays ? ', renew it soon' : '';
        return `${subject}, valid until ${validTo.toISOString()} (${daysLeft} days)${warning}`;
      },
    },
    {
      name: 'broker',
      run: async () => {
        const { kafka } = await connect();
        const { brokers } = await withAdmin(kafka, config.KAFKA_BROKERS?.join(',') ?? '', (admin) =>
          admin.describeCluster(),
        );
        return `${brokers.length} brokers: ${brokers.map(({ host, port }) => `${host}:${port}`).join(', ')}`;
      },
    },
    {
      name: 'topic',
      run: async () => {
        const { kafka } = await connect();
        const { partitions } = await createTopicReader({ kafka, topic }).describe();
        const records = partitions.values().reduce((sum, { low, high }) => sum + (high - low), 0n);
        return `${topic}, ${partitions.size} partitions, about ${records} records`;
      },
    },
    {
      name: 'consumer group',
      run: async () => {
        const { kafka } = await connect();
        const committed = await createTopicReader({ kafka, topic }).committed(config.KAFKA_GROUP_ID);
        return `${config.KAFKA_GROUP_ID}, ${committed.size} partitions with a committed offset`;
      },
    },
  ];
}

function lakeChecks(config: Config): Check[] {
  return [
    {
      name: 'object store',
      run: async () => {
        const { store } = await openLake(config);
        await checkConditionalWrites(store, randomUUID());
        return `${store.uri('')}, writes and keeps conditions`;
      },
    },
    {
      name: 'catalog',
      run: async () => {
        const { catalog } = await openLake(config);
        const name = tableNameOf(config);
        const table = await catalog.load(name);
        const found = table === undefined ? 'not there yet' : `${table.columns.length} columns`;
        return `table ${config.LAKE_DATABASE}.${name}: ${found}`;
      },
    },
  ];
}
