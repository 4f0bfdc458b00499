import { Command, CommanderError, Option } from 'commander';
import { failureFields } from './app/log-observer.ts';
import * as parse from './commands/option-parsers.ts';
import { describeFailure, exitCodeOf, exitCodes } from './app/exit-codes.ts';
import { listenForStop, type StopSignal } from './app/signals.ts';
import { rejectReasons } from './consumer/columns/parse-record.ts';
import { readConfig, type Config, type VariableName } from './app/config.ts';
import { createLogger, type Logger } from './app/logger.ts';

const program = new Command('glueless')
  .description('A Kafka topic over mutual TLS into an Amazon Athena table, exactly once.')
  .addHelpText(
    'after',
    `
Configuration comes from the environment: docs/configuration.md lists all variables. The least a command needs:
  KAFKA_BROKERS=host:9094 KAFKA_TLS_CA_FILE=ca.pem KAFKA_TLS_CERT_FILE=client.pem KAFKA_TLS_KEY_FILE=client.key
  LAKE=s3://bucket/prefix   (or a folder)

Results go to stdout, logs to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 there are differences,
130 and 143 after a signal, once everything that had arrived is written.`,
  )
  .showHelpAfterError('(glueless --help shows what there is)')
  .exitOverride();

interface Context {
  readonly config: Config;
  readonly log: Logger;
  readonly stop: StopSignal;
}

/** Services say what stopped them in their log, other commands in words. */
type Voice = 'log' | 'words';

function run(voice: Voice, required: readonly VariableName[], work: (context: Context) => Promise<number>) {
  return async (): Promise<void> => {
    const config = readConfig(process.env, required);
    const log = createLogger(config.LOG_LEVEL);
    const stop = listenForStop();
    try {
      process.exitCode = await work({ config, log, stop });
    } catch (error) {
      // a signal that ends a wait ends it as it was asked to
      if (stop.signal.aborted && error === stop.signal.reason) {
        log.info('stopped before there was anything to write');
        process.exitCode = stop.exitCode();
        return;
      }
      if (voice === 'words') throw error;
      log.fatal(failureFields(error), 'stopped by a failure');
      process.exitCode = exitCodeOf(error);
    }
  };
}

program
  .command('produce')
  .description('Simulate thermometers: create the topic if it is missing and publish readings.')
  .option('--count <readings>', 'end after this many readings', parse.wholeNumber)
  .option('--duration <time>', 'end after this long, like 90s or 15m', parse.duration)
  .option('--rate <readings>', 'readings per second; as many as possible when left out', parse.positiveNumber)
  .option('--patients <number>', 'patients of the ward', parse.wholeNumber, 50)
  .option('--seed <number>', 'the same seed gives the same readings', parse.wholeNumber, 1)
  .option('--start <time>', 'event time of the first reading; the time of publishing when left out', parse.time)
  .option('--every <time>', 'with --start: event time between two readings (default: 1s)', parse.duration)
  .option(
    '--faults <share>',
    'share of readings that are broken on purpose: invalid JSON, odd times, text for a number, new and nested fields',
    parse.share,
    0,
  )
  .option('--batch <readings>', 'readings of one request', parse.wholeNumber, 1000)
  .addOption(
    new Option('--compression <codec>', 'compression of batches')
      .choices(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
      .default('zstd'),
  )
  .option('--partitions <number>', 'partitions of a new topic; an existing one must have as many', parse.wholeNumber, 4)
  .option('--replication <number>', 'replicas of a new topic; -1 for the default of the broker', Number, -1)
  .option('--topic-setting <name=value>', 'setting of a new topic, can be repeated', parse.setting, {})
  .action(async (options) => {
    const { produce } = await import('./commands/produce.ts');
    const { topicSetting: topicSettings } = options;
    await run('log', ['KAFKA_BROKERS'], ({ config, ...context }) =>
      produce(config, { ...options, topicSettings }, context),
    )();
  });

program
  .command('consume')
  .description('Run the service: read the topic as a member of the consumer group and write the table.')
  .option('--until-end', 'end once everything the topic holds at the start is written', false)
  .action(async (options) => {
    const { consume } = await import('./commands/consume.ts');
    await run('log', ['KAFKA_BROKERS'], ({ config, ...context }) => consume(config, options, context))();
  });

program
  .command('replay')
  .description('Read a range of the topic again and replace what it wrote. Safe beside a running consumer.')
  .option('--partition <number>', 'Kafka partition; all when left out', parse.wholeNumber)
  .option('--from-offset <offset>', 'first offset', parse.offset)
  .option('--to-offset <offset>', 'offset to stop before', parse.offset)
  .option('--from-time <time>', 'first Kafka timestamp', parse.time)
  .option('--to-time <time>', 'Kafka timestamp to stop before', parse.time)
  .option('--all', 'everything the topic holds', false)
  .option('--dry-run', 'only print what would be done', false)
  .option('--table <name>', 'write another table, with a ledger of its own')
  .action(async (options) => {
    const { replay } = await import('./commands/replay.ts');
    await run('words', ['KAFKA_BROKERS'], ({ config, ...context }) => replay(config, options, context))();
  });

program
  .command('verify')
  .description('Audit: ledger against objects, catalog and broker. 0 only if nothing is missing, doubled or foreign.')
  .option('--deep', 'read every row and check each offset', false)
  .option('--no-broker', 'do not compare with the broker')
  .option('--repair', 'remove objects whose rows are all in others', false)
  .option('--acknowledge-gaps', 'note that what Kafka lost so far is known and accepted', false)
  .option('--json', 'print JSON', false)
  .action(
    async (options: { deep: boolean; broker: boolean; repair: boolean; acknowledgeGaps: boolean; json: boolean }) => {
      const { verifyTable } = await import('./commands/verify.ts');
      const required: VariableName[] = options.broker ? ['KAFKA_BROKERS'] : [];
      await run('words', required, ({ config }) => verifyTable(config, options))();
    },
  );

program
  .command('redrive')
  .description('Send dead letters through the current rules: what passes becomes rows, the rest stays.')
  .addOption(new Option('--reason <reason>', 'only dead letters with this reason').choices(rejectReasons))
  .option('--dry-run', 'only count', false)
  .action(async (options) => {
    const { redrive } = await import('./commands/redrive.ts');
    await run('words', [], ({ config, ...context }) => redrive(config, options, context))();
  });

const schema = program.command('schema').description('The table’s columns, and what the topic would do to them.');

schema
  .command('show')
  .description('Print the columns with their types, and where each came from.')
  .option('--json', 'print JSON', false)
  .action(async (options) => {
    const { showSchema } = await import('./commands/schema.ts');
    await run('words', [], ({ config }) => showSchema(config, options))();
  });

schema
  .command('diff')
  .description('Look at the newest records and print what they would change; 3 if they would. Writes nothing.')
  .option('--sample <records>', 'records of each Kafka partition', parse.wholeNumber, 1000)
  .option('--json', 'print JSON', false)
  .action(async (options) => {
    const { diffSchema } = await import('./commands/schema.ts');
    await run('words', ['KAFKA_BROKERS'], ({ config, log }) => diffSchema(config, options, log))();
  });

program
  .command('report')
  .description('Hourly mean, least and greatest temperature of each patient, with an alert outside of the limits.')
  .option('--since <day>', 'first day, like 2026-11-23', parse.day)
  .option('--limit <rows>', 'print at most so many rows, alerts first', parse.wholeNumber)
  .option('--json', 'print JSON', false)
  .action(async (options) => {
    const { report } = await import('./commands/report.ts');
    await run('words', [], ({ config }) => report(config, options))();
  });

program
  .command('doctor')
  .description('Check certificate, broker, topic, group, object store and catalog, with a line for each.')
  .action(async () => {
    const { doctor } = await import('./commands/doctor.ts');
    await run('words', ['KAFKA_BROKERS'], ({ config }) => doctor(config))();
  });

const cert = program.command('cert').description('Client certificates: have one made by AWS Private CA, look at one.');

cert
  .command('request')
  .description(
    'Make a key, have AWS Private CA certify it, and put both into a secret or a folder. Run it again to renew.',
  )
  .requiredOption('--authority <arn>', 'ARN of the certificate authority that the brokers trust')
  .option('--name <name>', 'common name: the principal that Kafka’s ACLs see', parse.commonName, 'glueless')
  .option(
    '--days <days>',
    'how long it is good for; a short-lived authority signs for 7 at most',
    parse.wholeNumber,
    90,
  )
  .option('--secret <id>', 'secret to put it into; made if it is missing. Read with KAFKA_TLS_SECRET_ID')
  .option('--out <folder>', 'folder for client.pem and client.key')
  .action(async (options) => {
    const { requestCertificate } = await import('./commands/cert.ts');
    await run('words', [], ({ config }) => requestCertificate(config, options))();
  });

cert
  .command('inspect')
  .description('Print the configured client certificate; 1 if it can’t be used.')
  .action(async () => {
    const { inspectCertificate } = await import('./commands/cert.ts');
    await run('words', [], ({ config }) => inspectCertificate(config))();
  });

program
  .command('demo')
  .description('Show it all on this machine: a Kafka broker with mutual TLS, simulator, consumer, report, audit.')
  .option('--count <readings>', 'readings to publish', parse.wholeNumber, 30_000)
  .addOption(
    new Option('--lake <kind>', 'a folder, or S3, Glue and Athena on an emulator')
      .choices(['local', 's3'])
      .default('local'),
  )
  .action(async (options) => {
    const { demo } = await import('./commands/demo.ts');
    await run('words', [], ({ stop }) => demo(options, stop))();
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
// kafkajs may keep timers and sockets of connections that are closed
process.exit();

function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  process.stderr.write(`${describeFailure(error)}\n`);
  return exitCodeOf(error);
}
