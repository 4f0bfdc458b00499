import { Command, CommanderError, Option } from 'commander';
import type { VariableName } from '../app/config.ts';
import type { Logger } from '../app/logger.ts';
import { printLines, printProblem } from '../app/output.ts';
import type { Settings } from '../app/settings.ts';
import type { StopSignal } from '../app/signals.ts';
import { describeVersion, readVersion } from '../app/version.ts';
import { rejectReasons } from '../consumer/columns/parse-record.ts';
import * as parse from './option-parsers.ts';

export interface Context {
  readonly settings: Settings;
  readonly log: Logger;
  readonly stop: StopSignal;
}

/** Services say what stopped them in their log, other commands in words. */
export type Voice = 'log' | 'words';

/** Runs what a command does; `required` are the variables that it can't do without. */
export type RunCommand = (
  voice: Voice,
  required: readonly VariableName[],
  work: (context: Context) => Promise<number>,
) => Promise<void>;

/** Every command with its options. `run` gets the work of a command line that was accepted; the modules load when it is done. */
export function createCommandLine(run: RunCommand): Command {
  const program = new Command('glueless')
    .description('A Kafka topic over mutual TLS into an Amazon Athena table, exactly once.')
    .addHelpText('after', helpText)
    .option('--version', 'print the version, with its commit when it is known')
    .on('option:version', printVersion)
    .configureOutput({ writeErr: printProblem })
    .showHelpAfterError('(glueless --help shows what there is)')
    .exitOverride();
  addProduce(program, run);
  addConsume(program, run);
  addReplay(program, run);
  addSkip(program, run);
  addVerify(program, run);
  addRedrive(program, run);
  addSchema(program, run);
  addReport(program, run);
  addDoctor(program, run);
  addCert(program, run);
  addDemo(program, run);
  return program;
}

function printVersion(): never {
  printLines(describeVersion(readVersion()));
  throw new CommanderError(0, 'commander.version', '');
}

const helpText = `
Configuration comes from the environment: docs/configuration.md lists all variables. The least a command needs:
  KAFKA_BROKERS=host:9094 KAFKA_TLS_CA_FILE=ca.pem KAFKA_TLS_CERT_FILE=client.pem KAFKA_TLS_KEY_FILE=client.key
  LAKE=s3://bucket/prefix   (or a folder)

Results go to stdout, logs to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 there are differences,
130 and 143 after a signal, once everything that had arrived is written.`;

function addProduce(program: Command, run: RunCommand): void {
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
    .option(
      '--partitions <number>',
      'partitions of a new topic; an existing one must have as many',
      parse.wholeNumber,
      4,
    )
    .option('--replication <number>', 'replicas of a new topic; -1 for the default of the broker', Number, -1)
    .option('--topic-setting <name=value>', 'setting of a new topic, can be repeated', parse.setting, {})
    .action(async (options) => {
      const { topicSetting: topicSettings } = options;
      await run('log', ['KAFKA_BROKERS'], async ({ settings, ...context }) => {
        const { produce } = await import('./produce.ts');
        return produce(settings, { ...options, topicSettings }, context);
      });
    });
}

function addConsume(program: Command, run: RunCommand): void {
  program
    .command('consume')
    .description('Run the service: read the topic as a member of the consumer group and write the table.')
    .option('--until-end', 'end once everything the topic holds at the start is written', false)
    .action(async (options) => {
      await run('log', ['KAFKA_BROKERS'], async ({ settings, ...context }) => {
        const { consume } = await import('./consume.ts');
        return consume(settings, options, context);
      });
    });
}

function addReplay(program: Command, run: RunCommand): void {
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
    .option('--table <name>', 'write another table, with a ledger of its own', parse.tableName)
    .action(async (options) => {
      await run('words', ['KAFKA_BROKERS'], async ({ settings, ...context }) => {
        const { replay } = await import('./replay.ts');
        return replay(settings, options, context);
      });
    });
}

function addSkip(program: Command, run: RunCommand): void {
  program
    .command('skip')
    .description(
      'Book a range that can’t be read (RECORDS_UNREADABLE) as a gap, so that its partition goes on. Safe beside a running consumer.',
    )
    .requiredOption('--partition <number>', 'Kafka partition', parse.wholeNumber)
    .requiredOption('--offset <offset>', 'first offset to skip: where the ledger ends', parse.offset)
    .option('--to <offset>', 'offset to go on at; default: the next one that can be read', parse.offset)
    .requiredOption('--reason <words>', 'why, for the ledger and whoever reads it later', parse.words)
    .option('--force', 'skip records that can be read, too', false)
    .option('--dry-run', 'only print the range', false)
    .action(async (options) => {
      await run('words', ['KAFKA_BROKERS'], async ({ settings, log }) => {
        const { skip } = await import('./skip.ts');
        return skip(settings, options, log);
      });
    });
}

interface VerifyFlags {
  readonly deep: boolean;
  readonly broker: boolean;
  readonly repair: boolean;
  readonly acknowledgeGaps: boolean;
  readonly json: boolean;
}

function addVerify(program: Command, run: RunCommand): void {
  program
    .command('verify')
    .description('Audit: ledger against objects, catalog and broker. 0 only if nothing is missing, doubled or foreign.')
    .option('--deep', 'read every row and check each offset', false)
    .option('--no-broker', 'do not compare with the broker')
    .option('--repair', 'remove objects whose rows are all in others', false)
    .option('--acknowledge-gaps', 'note that what Kafka lost so far is known and accepted', false)
    .option('--json', 'print JSON', false)
    .action(async (options: VerifyFlags) => {
      await run('words', options.broker ? ['KAFKA_BROKERS'] : [], async ({ settings }) => {
        const { verifyTable } = await import('./verify.ts');
        return verifyTable(settings, options);
      });
    });
}

function addRedrive(program: Command, run: RunCommand): void {
  program
    .command('redrive')
    .description('Send dead letters through the current rules: what passes becomes rows, the rest stays.')
    .addOption(new Option('--reason <reason>', 'only dead letters with this reason').choices(rejectReasons))
    .option('--dry-run', 'only count', false)
    .action(async (options) => {
      await run('words', [], async ({ settings, ...context }) => {
        const { redrive } = await import('./redrive.ts');
        return redrive(settings, options, context);
      });
    });
}

function addSchema(program: Command, run: RunCommand): void {
  const schema = program.command('schema').description('The table’s columns, and what the topic would do to them.');
  schema
    .command('show')
    .description('Print the columns with their types, and where each came from.')
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      await run('words', [], async ({ settings }) => {
        const { showSchema } = await import('./schema.ts');
        return showSchema(settings, options);
      });
    });
  schema
    .command('diff')
    .description('Look at the newest records and print what they would change; 3 if they would. Writes nothing.')
    .option('--sample <records>', 'records of each Kafka partition', parse.wholeNumber, 1000)
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      await run('words', ['KAFKA_BROKERS'], async ({ settings, log }) => {
        const { diffSchema } = await import('./schema.ts');
        return diffSchema(settings, options, log);
      });
    });
}

function addReport(program: Command, run: RunCommand): void {
  program
    .command('report')
    .description('Hourly mean, least and greatest temperature of each patient, with an alert outside of the limits.')
    .option('--since <day>', 'first day, like 2026-11-23', parse.day)
    .option('--limit <rows>', 'print at most so many rows, alerts first', parse.wholeNumber)
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      await run('words', [], async ({ settings }) => {
        const { report } = await import('./report.ts');
        return report(settings, options);
      });
    });
}

function addDoctor(program: Command, run: RunCommand): void {
  program
    .command('doctor')
    .description('Check certificate, broker, topic, group, object store and catalog, with a line for each.')
    .action(async () => {
      await run('words', ['KAFKA_BROKERS'], async ({ settings }) => {
        const { doctor } = await import('./doctor.ts');
        return doctor(settings);
      });
    });
}

function addCert(program: Command, run: RunCommand): void {
  const cert = program
    .command('cert')
    .description('Client certificates: have one made by AWS Private CA, look at one.');
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
      await run('words', [], async ({ settings }) => {
        const { requestCertificate } = await import('./cert.ts');
        return requestCertificate(settings.aws, options);
      });
    });
  cert
    .command('inspect')
    .description('Print the configured client certificate; 1 if it can’t be used.')
    .action(async () => {
      await run('words', [], async ({ settings }) => {
        const { inspectCertificate } = await import('./cert.ts');
        return inspectCertificate(settings.kafka.tls);
      });
    });
}

function addDemo(program: Command, run: RunCommand): void {
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
      await run('words', [], async ({ stop }) => {
        const { demo } = await import('./demo.ts');
        return demo(options, stop);
      });
    });
}
