import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '../devstack/broker.ts';
import { hasEnded, type Child } from '../devstack/child.ts';
import { startAwsEmulator } from '../devstack/emulators.ts';
import { processEnvironment, type Environment } from '../runtime/environment.ts';
import { systemClock } from '../runtime/clock.ts';
import { msPerHour } from '../runtime/duration.ts';
import { PipelineError, wrongUsage } from '../runtime/errors.ts';
import type { TableFormat } from '../consumer/ports/lake.ts';
import type { Screen } from '../app/screen/screen.ts';
import { printLines } from '../app/observe/output.ts';
import { glueless, say, shown, startGlueless, StartedParts } from './demo-parts.ts';
import { recordsIn, whileShown } from './demo-progress.ts';
import { keepOpen } from './demo-monitor.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';
import type { CommandContext } from './run-command.ts';

export interface DemoOptions {
  readonly count: number;
  readonly lake: 'local' | 's3';
  /** Everything goes on after the proof, with a page to look at, until a signal. */
  readonly monitor: boolean;
  readonly format: TableFormat;
}

const table = 'thermometer';
const hours = 12;
/** The monitor shows a day. */
const monitorHours = 24;
/** Since when there is a fever to look at. */
const feverHours = 4;
const faultShare = 0.01;
const progressMs = 500;

/** Runs the whole way on this machine, every part a process of its own, and stops all it started. */
export async function demo(
  options: DemoOptions,
  { stop, screen }: Pick<CommandContext, 'stop' | 'screen'>,
): Promise<number> {
  const { format, lake } = options;
  if (format === 'iceberg' && lake === 's3')
    throw wrongUsage('the emulator’s Athena reads no Iceberg tables: say --format iceberg with the local lake');
  const folder = join(process.cwd(), '.cache', 'demo');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const stack = new StartedParts();
  const interrupted = new Promise<'interrupted'>((resolve) => {
    stop.signal.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  try {
    const result = await Promise.race([play({ ...options, folder, stack, screen }), interrupted]);
    return result === 'interrupted' ? stop.exitCode() : result;
  } finally {
    await stack.stop();
  }
}

interface Play extends DemoOptions {
  readonly folder: string;
  readonly stack: StartedParts;
  readonly screen: Screen | undefined;
}

async function play({ folder, count, lake, monitor, format, stack, screen }: Play): Promise<number> {
  const environment = {
    ...processEnvironment(),
    ...(await provideBroker(folder, stack)),
    ...(await provideLake(folder, lake, stack)),
  };
  Object.assign(environment, { KAFKA_TOPIC: topicOf(environment), LAKE_TABLE: table, BATCH_AGE_MAX_SECONDS: '2' });
  if (format === 'iceberg') Object.assign(environment, { TABLE_FORMAT: format, COMMIT_SECONDS: '5' });

  const logFile = join(folder, 'consumer.log');
  const consumer = startGlueless(['consume'], environment, logFile);
  stack.add(() => consumer.stop());
  say(`consumer: started as a process of its own, its log is ${shown(logFile)}`);

  const ward = monitor ? ['--fever-since', new Date(Date.now() - feverHours * msPerHour).toISOString()] : [];
  const publishing = ['--count', String(count), ...ward, ...historyOf(monitor ? monitorHours : hours, count)];
  say(`simulator: publishing ${count} readings, ${faultShare * 100} % of them broken on purpose`);
  const publish = () => glueless(['produce', ...publishing, '--faults', String(faultShare)], environment, stack);
  const acknowledged = await whileShown({ screen, count, logFile }, async (tell) => {
    const published = Number(JSON.parse(await publish()).acknowledged);
    tell(`simulator: ${published} acknowledged by the broker`);
    await untilWritten(published, consumer, { logFile, tell: screen === undefined ? tell : () => {} });
    return published;
  });
  if (screen !== undefined) say(`consumer: ${acknowledged} of ${acknowledged} written`);
  say('consumer: stopping it with SIGTERM');
  await consumer.stop(30_000);

  say('\nreport: hourly means, alerts first');
  const hourly = await glueless(['report', '--limit', '12'], environment);
  printLines(...hourly.trimEnd().split('\n'));
  say('\naudit: glueless verify --deep');
  const audit = JSON.parse(await glueless(['verify', '--deep', '--json'], environment));
  const sums = sumUp(audit.partitions);
  say(
    `${sums.rows} rows + ${sums.deadLetters} dead letters = ${sums.rows + sums.deadLetters} of ${acknowledged} acknowledged readings`,
  );
  say(`files: ${lake === 'local' ? shown(join(folder, 'lake', table)) : `s3://…/${table} on the emulator`}`);
  if (sums.rows + sums.deadLetters === acknowledged) {
    say('nothing lost, nothing doubled');
    if (monitor) return keepOpen({ folder, environment, stack, ward });
    if (lake === 'local') say('\nnext: query the files with DuckDB, look at schema and ledger: README.md, Quick start');
    return exitCodes.done;
  }
  throw new PipelineError('DEMO_FAILED', {
    message: `the table holds ${sums.rows + sums.deadLetters} readings, the broker acknowledged ${acknowledged}`,
    retryable: false,
  });
}

/** Options of `produce` for readings of the last hours, evenly spread. */
function historyOf(pastHours: number, count: number): string[] {
  const everyMs = Math.max(1, Math.round((pastHours * msPerHour) / count));
  const start = new Date(Math.floor(Date.now() / msPerHour) * msPerHour - pastHours * msPerHour).toISOString();
  return ['--start', start, '--every', `${everyMs}ms`];
}

/** The topic to use: on a broker that is not ours a new one, unless KAFKA_TOPIC is set, since its records are counted. */
function topicOf({ KAFKA_TOPIC: given }: Environment): string {
  return given ?? (processEnvironment()['KAFKA_BROKERS'] === undefined ? table : `${table}-demo-${Date.now()}`);
}

async function provideBroker(folder: string, stack: StartedParts): Promise<Record<string, string>> {
  const given = processEnvironment()['KAFKA_BROKERS'];
  if (given !== undefined) {
    say(`broker: ${given}, as KAFKA_BROKERS says`);
    return {};
  }
  say('broker: starting Apache Kafka that asks for client certificates (the first time its jars are fetched)');
  const broker = await startBroker();
  stack.add(() => broker.stop());
  const files = { ca: join(folder, 'ca.pem'), cert: join(folder, 'client.pem'), key: join(folder, 'client.key') };
  await writeFile(files.ca, broker.admin.ca);
  await writeFile(files.cert, broker.admin.cert);
  await writeFile(files.key, broker.admin.key, { mode: 0o600 });
  say(`broker: ready at ${broker.bootstrap}`);
  return {
    KAFKA_BROKERS: broker.bootstrap,
    KAFKA_TLS_CA_FILE: files.ca,
    KAFKA_TLS_CERT_FILE: files.cert,
    KAFKA_TLS_KEY_FILE: files.key,
  };
}

async function provideLake(
  folder: string,
  lake: DemoOptions['lake'],
  stack: StartedParts,
): Promise<Record<string, string>> {
  if (lake === 'local') return { LAKE: join(folder, 'lake') };
  say('lake: starting S3, Glue and Athena on an emulator (the first time it is fetched by pip)');
  const emulator = await startAwsEmulator();
  stack.add(() => emulator.stop());
  say(`lake: ready at ${emulator.endpoint}`);
  return { ...emulator.environment, LAKE: `s3://${emulator.bucket}/lake` };
}

interface Followed {
  readonly logFile: string;
  /** Told whenever more is written. */
  readonly tell: (line: string) => void;
}

/** Follows the consumer's log until its batches hold `acknowledged` records; rejects when it ends before. */
async function untilWritten(acknowledged: number, consumer: Child, { logFile, tell }: Followed): Promise<void> {
  let shownCount = -1;
  for (;;) {
    const written = recordsIn(await readFile(logFile, 'utf8'));
    if (written !== shownCount) tell(`consumer: ${written} of ${acknowledged} written`);
    if (written >= acknowledged) return;
    shownCount = written;
    if (hasEnded(consumer.process)) {
      throw new PipelineError('DEMO_FAILED', {
        message: `the consumer ended with ${consumer.process.exitCode ?? consumer.process.signalCode}`,
        retryable: false,
        hint: `its log says why: ${shown(logFile)}`,
      });
    }
    await systemClock.sleep(progressMs);
  }
}

function sumUp(partitions: readonly { readonly rows: number; readonly deadLetters: number }[]) {
  return {
    rows: partitions.reduce((sum, { rows }) => sum + rows, 0),
    deadLetters: partitions.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
  };
}
