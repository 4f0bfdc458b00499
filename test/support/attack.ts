import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import type { KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import { withAdmin } from '../../src/kafka/kafkajs/admin.ts';
import { kafkaEnvironment, runCli, RunningCli, type CliResult, type Environment } from './cli.ts';
import { countLake, type CountOptions, type KnownRecord, type LakeCount } from './count-lake.ts';
import { downloadLake } from './download-lake.ts';
import type { Fault } from './fault-at.ts';
import { readWithPyiceberg } from './iceberg-readers.ts';
import { connectAdmin, createTopic } from './kafka.ts';
import { knownRecord, publishValues } from './known-records.ts';
import { temporaryFolder } from './lake.ts';
import { localIcebergCatalog } from './local-iceberg-catalog.ts';
import type { WebhookReceiver } from './webhook-receiver.ts';

/** Loads the wrapper of the operating system's calls before the program. */
const faultOptions = '--import ./test/support/fault-at.ts';

export interface AttackOptions {
  readonly partitions?: number;
  readonly settings?: Record<string, string>;
  readonly env?: Environment;
  readonly topic?: string;
  readonly table?: string;
  readonly kafka?: KafkaClient;
}

export interface AppendOptions {
  readonly partition?: number;
  readonly key?: (index: number) => string;
  /** Hour of the event time, counted from the first; two hours take turns when left out. */
  readonly hour?: (index: number) => number;
  /** Further fields of the nth record of the topic. */
  readonly more?: (n: number) => object;
  /** Kafka timestamp of all records. */
  readonly timestampMs?: number;
}

/** One topic whose records the test knows, one lake, and processes with different settings that work on them. */
export class Attack {
  readonly env: Environment;
  readonly folder: string;
  readonly topic: string;
  readonly table: string;
  readonly kafka: KafkaClient;
  /** What Kafka was given, by partition and offset. */
  records: KnownRecord[] = [];
  /** Of these, the ones that Kafka may have dropped before anybody read them. */
  compacted: KnownRecord[] = [];
  #count = 0;

  private constructor(
    env: Environment,
    { folder, topic, table, kafka }: Required<Pick<AttackOptions, 'topic' | 'table' | 'kafka'>> & { folder: string },
  ) {
    this.env = env;
    this.folder = folder;
    this.topic = topic;
    this.table = table;
    this.kafka = kafka;
  }

  static async open({ partitions = 1, settings = {}, env = {}, ...given }: AttackOptions = {}): Promise<Attack> {
    const id = randomUUID().slice(0, 8);
    const { topic = `readings-${id}`, table = `readings_${id}`, kafka = connectAdmin() } = given;
    const folder = await temporaryFolder();
    await createTopic(kafka, topic, partitions, settings);
    const small = { BATCH_ROWS_MAX: '1000', BATCH_AGE_MAX_SECONDS: '0.5', KAFKA_SESSION_TIMEOUT_SECONDS: '6' };
    const where = { LAKE: folder, KAFKA_TOPIC: topic, LAKE_TABLE: table };
    return new Attack({ ...kafkaEnvironment(), ...small, ...where, ...env }, { topic, table, folder, kafka });
  }

  /** The same on S3, behind `endpoint`. */
  static async openOnS3(endpoint: string, options: AttackOptions = {}): Promise<Attack> {
    const { bucket, environment } = inject('stack').aws;
    const id = randomUUID().slice(0, 8);
    const where = { LAKE: `s3://${bucket}/attacks/${id}`, LAKE_DATABASE: `attacks_${id}` };
    return Attack.open({ ...options, env: { ...environment, ...where, AWS_ENDPOINT_URL: endpoint, ...options.env } });
  }

  /** Publishes records that the count knows. */
  async append(count: number, { hour, more, ...options }: AppendOptions = {}): Promise<void> {
    const start = this.#count;
    this.#count += count;
    const values = Array.from({ length: count }, (_, index) =>
      knownRecord(start + index, hour?.(index), more?.(start + index)),
    );
    const first = await this.appendValues(values, options);
    const { partition = 0 } = options;
    this.records.push(...values.map((value, index): KnownRecord => [partition, first + index, value]));
  }

  /** Publishes values that the count is not told of; answers with the offset of the first. */
  async appendValues(
    values: readonly (string | null)[],
    { partition = 0, key, timestampMs }: Omit<AppendOptions, 'hour' | 'more'> = {},
  ): Promise<number> {
    return publishValues(this.kafka, values, { topic: this.topic, partition, key, timestampMs });
  }

  /** Deletes the topic and makes it anew, with the same name and nothing in it. */
  async recreateTopic(partitions = 1): Promise<void> {
    await withAdmin(this.kafka, this.topic, (admin) => admin.deleteTopics({ topics: [this.topic] }));
    await expect
      .poll(() => createTopic(this.kafka, this.topic, partitions).then(() => 'made', String), { timeout: 30_000 })
      .toBe('made');
  }

  /** Runs a command to its end, a consumer as a member of a group of its own. */
  async run(args: readonly string[], env: Environment = {}): Promise<CliResult> {
    return runCli(args, this.#environment(env));
  }

  /** The same; it must end with 0. */
  async succeed(args: readonly string[], env: Environment = {}): Promise<CliResult> {
    const result = await this.run(args, env);
    expect(result.code).toBe(0);
    return result;
  }

  async consumeToEnd(env: Environment = {}): Promise<void> {
    await this.succeed(['consume', '--until-end'], env);
  }

  /** Runs a consumer until it has sent a message, and kills it before the answer arrives. */
  async killWhenTold(receiver: WebhookReceiver): Promise<void> {
    const consumer = this.start(['consume']);
    receiver.onMessage = async () => {
      consumer.process.kill('SIGKILL');
      await consumer.ended();
      return 204;
    };
    expect(await consumer.ended()).toBe('SIGKILL');
    receiver.onMessage = () => 204;
  }

  /** Starts a command that meets the faults on its way. */
  start(args: readonly string[], env: Environment = {}, ...faults: readonly Fault[]): RunningCli {
    const options = [faultOptions, env['NODE_OPTIONS']].filter((each) => each !== undefined).join(' ');
    const faulty = faults.length === 0 ? {} : { NODE_OPTIONS: options, FAULTS: JSON.stringify(faults) };
    return new RunningCli(args, this.#environment({ ...env, ...faulty }));
  }

  /** Starts a command and waits until its fault has struck. */
  async startUntil(fault: Fault, args: readonly string[], env: Environment = {}): Promise<RunningCli> {
    const victim = this.start(args, env, fault);
    await victim.untilLogged(/"msg":"fault"/);
    if (fault.signal === 'SIGKILL') await victim.ended();
    return victim;
  }

  /** What pyarrow finds of the records where readers of the table look. `optional`: columns that a row may lack. */
  async count(optional: readonly string[] = []): Promise<LakeCount> {
    const { records, compacted } = this;
    return countLake({ ...(await this.#visible()), records, optional, compacted });
  }

  /** Nothing is lost, doubled or wrong in any visible file. */
  async expectExactlyOnce(optional: readonly string[] = []): Promise<LakeCount> {
    const found = await this.count(optional);
    const { lost, doubled, wrong, examples } = found;
    expect({ lost, doubled, wrong, examples }).toEqual({ lost: 0, doubled: 0, wrong: 0, examples: [] });
    return found;
  }

  /** The same, and the audit agrees. */
  async expectWhole(optional: readonly string[] = [], env: Environment = {}): Promise<LakeCount> {
    const found = await this.expectExactlyOnce(optional);
    await this.succeed(['verify', '--deep'], env);
    return found;
  }

  /** Readers of an Iceberg table go by its snapshot, those of a Hive table whose files are merged by the catalog. */
  async #visible(): Promise<Pick<CountOptions, 'folders' | 'catalog' | 'files'>> {
    const { table, env } = this;
    const deadLetters = `${table}_dead_letters`;
    if (env['TABLE_FORMAT'] === 'iceberg')
      return { files: { rows: await this.#snapshotFiles(table), deadLetters: await this.#snapshotFiles(deadLetters) } };
    const folder = await this.#lakeFolder();
    if (env['MERGE_HIVE_FILES'] !== 'true') return { folders: [join(folder, table), join(folder, deadLetters)] };
    return {
      folders: [join(folder, deadLetters)],
      catalog: join(folder, '_catalog', 'glueless', `${table}.partitions`),
    };
  }

  async #snapshotFiles(name: string): Promise<readonly string[]> {
    const table = await localIcebergCatalog(this.folder).load(name);
    if (table === undefined) return [];
    return (await readWithPyiceberg({ metadata: table.metadataLocation, files: true })).files;
  }

  async #lakeFolder(): Promise<string> {
    const lake = this.env['LAKE'] ?? '';
    if (!lake.startsWith('s3://')) return this.folder;
    return downloadLake(lake);
  }

  #environment(env: Environment): Environment {
    return { ...this.env, KAFKA_GROUP_ID: `group-${randomUUID()}`, ...env };
  }
}

/** Lets a frozen process go on, and waits for its end. */
export async function wake(victim: RunningCli): Promise<number | string> {
  victim.process.kill('SIGCONT');
  return victim.ended();
}
