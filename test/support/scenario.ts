import { join } from 'node:path';
import { expect } from 'vitest';
import { kafkaEnvironment, ownNames, runCli, RunningCli, type Environment } from './cli.ts';
import { connectAdmin } from './kafka.ts';
import { temporaryFolder } from './lake.ts';
import { publishReadings, type Readings } from './publish-readings.ts';
import { countWithPyarrow } from './pyarrow.ts';

const faultyConsumer = { script: 'test/support/faulty-consumer.ts' };

/** A topic, a table on a local lake, and processes that work on them. */
export class Scenario {
  readonly env: Environment;
  readonly folder: string;
  readonly table: string;
  readonly topic: string;
  acknowledged = 0;

  private constructor(env: Environment, folder: string, names: ReturnType<typeof ownNames>) {
    this.env = env;
    this.folder = folder;
    this.table = join(folder, names.LAKE_TABLE);
    this.topic = names.KAFKA_TOPIC;
  }

  static async open(extra: Environment = {}): Promise<Scenario> {
    const names = ownNames();
    const folder = await temporaryFolder();
    const small = {
      BATCH_ROWS_MAX: '150',
      BATCH_AGE_MAX_SECONDS: '0.3',
      KAFKA_SESSION_TIMEOUT_SECONDS: '6',
      KAFKA_FETCH_BYTES_MAX: '20000',
    };
    return new Scenario({ ...kafkaEnvironment(), ...names, ...small, LAKE: folder, ...extra }, folder, names);
  }

  /** Publishes readings to the shared broker, each time the same ones. */
  async produce(count: number, readings: Omit<Readings, 'count'>): Promise<void> {
    this.acknowledged += await publishReadings(connectAdmin(), this.topic, { count, ...readings });
  }

  /** Has `glueless produce` publish them, in a process of its own: it takes a second or two, and knows other brokers. */
  async produceByCommand(count: number, ...args: string[]): Promise<void> {
    const start = new Date(Date.now() - 6 * 3_600_000).toISOString();
    const published = await runCli(
      ['produce', '--count', `${count}`, '--batch', '100', '--start', start, '--every', '5s', ...args],
      this.env,
    );
    expect(published.code).toBe(0);
    this.acknowledged += Number(JSON.parse(published.stdout).acknowledged);
  }

  consume(extra: Environment = {}, ...args: string[]): RunningCli {
    return new RunningCli(['consume', ...args], { ...this.env, ...extra });
  }

  /** Starts a consumer that sends itself the signal when it reaches the step for the nth time. */
  consumeWithFault(signal: NodeJS.Signals, phase: string, step: string, times = 1): RunningCli {
    return new RunningCli([signal, phase, step, `${times}`], this.env, faultyConsumer);
  }

  async consumeToEnd(extra: Environment = {}): Promise<void> {
    expect(await runCli(['consume', '--until-end'], { ...this.env, ...extra })).toMatchObject({ code: 0 });
  }

  /** Expects that the audit finds nothing, and that pyarrow counts every acknowledged record once. */
  async expectExactlyOnce(extra: Environment = {}): Promise<void> {
    const audit = await runCli(['verify', '--deep'], { ...this.env, ...extra });
    expect(audit.stdout).toContain(`nothing lost, nothing doubled: ${this.acknowledged} records`);
    expect(audit.code).toBe(0);
    const { rows, distinct } = await countWithPyarrow(this.table);
    expect({ rows, doubled: rows - distinct }).toEqual({ rows: this.acknowledged, doubled: 0 });
  }
}
