import { Option, type Command } from 'commander';
import { rejectReasons } from '../consumer/columns/parse/parse-record.ts';
import { forTopic, inTurn } from '../app/kafka/choose-topic.ts';
import * as parse from './option-parsers.ts';
import type { ConsumeOptions } from './consume.ts';
import type { AdoptCommandOptions } from './iceberg-adopt.ts';
import type { MaintainCommandOptions } from './maintain.ts';
import type { RedriveCommandOptions } from './redrive.ts';
import type { ReplayCommandOptions } from './replay.ts';
import type { RunCommand } from './run-command.ts';
import type { SkipCommandOptions } from './skip.ts';
import { needsOption } from './needs-option.ts';
import { plainOption, topicOption, topicOrAllOption, type LiveOptions, type TopicOption } from './shared-options.ts';
import type { VerifyCommandOptions } from './verify.ts';

/** Adds the commands that write or check the table. */
export function addDataCommands(program: Command, run: RunCommand): void {
  addProduce(program, run);
  addConsume(program, run);
  addReplay(program, run);
  addSkip(program, run);
  addVerify(program, run);
  addRedrive(program, run);
  addMaintain(program, run);
  addIceberg(program, run);
}

function addProduce(program: Command, run: RunCommand): void {
  const command = program
    .command('produce')
    .description(
      'Simulate thermometers: create the topic if it is missing and publish readings, or the lines of a file.',
    )
    .addOption(
      new Option('--from <file>', 'publish the lines of this file as they are, once, instead of readings').conflicts([
        'patients',
        'seed',
        'start',
        'every',
        'feverSince',
        'faults',
      ]),
    )
    .option('--key-field <name>', 'with --from: top-level field of a line whose value becomes the key')
    .option('--header <name=value>', 'with --from: header of each record, can be repeated', parse.setting, {})
    .option('--count <readings>', 'end after this many readings', parse.count)
    .option('--duration <time>', 'end after this long, like 90s or 15m', parse.duration)
    .option('--rate <readings>', 'readings per second; as many as possible when left out', parse.positiveNumber)
    .option('--patients <number>', 'patients of the ward', parse.count, 50)
    .option('--seed <number>', 'the same seed gives the same readings', parse.wholeNumber, 1)
    .option('--start <time>', 'event time of the first reading; the time of publishing when left out', parse.time)
    .option('--every <time>', 'with --start: event time between two readings (default: 1s)', parse.duration)
    .option('--fever-since <time>', 'from this event time on two patients have a fever that rises', parse.time)
    .option(
      '--faults <share>',
      'share of readings that are broken on purpose: invalid JSON, odd times, strings for numbers, new and nested fields',
      parse.share,
      0,
    )
    .option('--batch <readings>', 'readings of one request', parse.count, 1000)
    .addOption(
      new Option('--compression <codec>', 'compression of batches')
        .choices(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
        .default('zstd'),
    )
    .option('--partitions <number>', 'partitions of a new topic; an existing one must have as many', parse.count, 4)
    .option(
      '--replication <number>',
      'replicas of a new topic; -1 for the default of the broker',
      parse.replication,
      -1,
    )
    .option(...topicOption)
    .option('--topic-setting <name=value>', 'setting of a new topic, can be repeated', parse.setting, {})
    .option(...plainOption)
    .action(async (options) => {
      const { topicSetting: topicSettings, header: headers, plain, topic } = options;
      await run({ voice: 'log', plain }, ['KAFKA_BROKERS'], async ({ settings, ...context }) => {
        const { produce } = await import('./produce.ts');
        return produce(forTopic(settings, topic), { ...options, topicSettings, headers }, context);
      });
    });
  needsOption(command, 'keyField', 'from');
  needsOption(command, 'header', 'from');
  needsOption(command, 'every', 'start');
}

function addConsume(program: Command, run: RunCommand): void {
  program
    .command('consume')
    .description('Run the service: read the topic as a member of the consumer group and write the table.')
    .option(
      '--until-end',
      'end once everything the topic holds at the start is written; while a transaction is open, up to its first record',
      false,
    )
    .option(...plainOption)
    .action(async ({ plain, ...options }: ConsumeOptions & LiveOptions) => {
      await run({ voice: 'log', plain }, ['KAFKA_BROKERS'], async ({ settings, ...context }) => {
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
    .option(
      '--allow-loss',
      'replace a batch also when records of it are gone, or its rows can’t be read any more',
      false,
    )
    .option('--dry-run', 'only print what would be done', false)
    .option('--table <name>', 'write another table, with a ledger of its own', parse.tableName)
    .option(...topicOption)
    .option(...plainOption)
    .action(async ({ plain, topic, ...options }: ReplayCommandOptions & LiveOptions & TopicOption) => {
      await run({ voice: 'words', plain }, ['KAFKA_BROKERS'], async ({ settings, ...context }) => {
        const { replay } = await import('./replay.ts');
        return replay(forTopic(settings, topic), options, context);
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
    .requiredOption('--offset <offset>', 'first offset to skip, as the service’s log names it', parse.offset)
    .option('--to <offset>', 'offset to go on at; default: the next one that can be read', parse.offset)
    .requiredOption('--reason <words>', 'why, for the ledger and whoever reads it later', parse.words)
    .addOption(
      new Option('--wait <time>', 'how long to wait until everything before it is written')
        .argParser(parse.duration)
        .default(60_000, '60s'),
    )
    .option('--force', 'skip records that can be read, too', false)
    .option('--dry-run', 'only print the range', false)
    .option(...topicOption)
    .option(...plainOption)
    .action(async ({ plain, topic, ...options }: SkipCommandOptions & LiveOptions & TopicOption) => {
      await run({ voice: 'words', plain }, ['KAFKA_BROKERS'], async ({ settings, ...context }) => {
        const { skip } = await import('./skip.ts');
        return skip(forTopic(settings, topic), options, context);
      });
    });
}

function addVerify(program: Command, run: RunCommand): void {
  const command = program
    .command('verify')
    .description(
      'Audit: ledger against objects, catalog and broker. 0 only if nothing is missing, doubled or out of place.',
    )
    .option('--deep', 'read every object: its checksum, its columns, and each offset once', false)
    .option('--sample <entries>', 'read the objects of this many ledger entries, chosen at random', parse.count)
    .option('--seed <number>', 'with --sample: chooses the same entries again', parse.wholeNumber)
    .option(
      '--since <time>',
      'look at the objects of entries committed since then only: for a daily run',
      parse.pastTime,
    )
    .addOption(
      new Option('--claim-age <time>', 'a claim older than this has nobody who works on it')
        .argParser(parse.duration)
        .default(15 * 60_000, '15m'),
    )
    .option('--no-broker', 'do not compare with the broker')
    .option('--repair', 'register partitions, and delete objects whose rows are all in others', false)
    .option('--acknowledge-gaps', 'note that what Kafka lost so far is known and accepted', false)
    .option('--note', 'leave the result in the lake, where the monitor shows it', false)
    .option('--progress', 'say on stderr how far it is in words, also where nobody looks on', false)
    .option('--json', 'print JSON', false)
    .option(...topicOrAllOption)
    .option(...plainOption)
    .action(async ({ plain, topic, ...options }: VerifyCommandOptions & LiveOptions & TopicOption) => {
      const required = options.broker ? (['KAFKA_BROKERS'] as const) : [];
      await run({ voice: 'words', plain }, required, async ({ settings, ...context }) => {
        const { verifyTable } = await import('./verify.ts');
        return inTurn(settings, { topic, hasHeadings: !options.json }, (own) => verifyTable(own, options, context));
      });
    });
  needsOption(command, 'seed', 'sample');
}

function addRedrive(program: Command, run: RunCommand): void {
  program
    .command('redrive')
    .description('Send dead letters through the current rules: what passes becomes rows, the rest stays.')
    .addOption(new Option('--reason <reason>', 'only dead letters with this reason').choices(rejectReasons))
    .option('--dry-run', 'only count', false)
    .option(...topicOption)
    .option(...plainOption)
    .action(async ({ plain, topic, ...options }: RedriveCommandOptions & LiveOptions & TopicOption) => {
      await run({ voice: 'words', plain }, [], async ({ settings, ...context }) => {
        const { redrive } = await import('./redrive.ts');
        return redrive(forTopic(settings, topic), options, context);
      });
    });
}

function addMaintain(program: Command, run: RunCommand): void {
  program
    .command('maintain')
    .description(
      'Keep the table in shape: merge small files, expire snapshots, remove old partitions and files that nobody needs. Safe beside a running consumer.',
    )
    .option('--dry-run', 'only print what would be done', false)
    .option('--json', 'print JSON', false)
    .option(...topicOrAllOption)
    .option(...plainOption)
    .action(async ({ plain, topic, ...options }: MaintainCommandOptions & LiveOptions & TopicOption) => {
      await run({ voice: 'words', plain }, [], async ({ settings, ...context }) => {
        const { maintain } = await import('./maintain.ts');
        return inTurn(settings, { topic, hasHeadings: !options.json }, (own) => maintain(own, options, context));
      });
    });
}

function addIceberg(program: Command, run: RunCommand): void {
  const iceberg = program.command('iceberg').description('Iceberg tables beside Hive tables.');
  iceberg
    .command('adopt')
    .description(
      'Make an Iceberg table of the files of a Hive table of ours, by metadata alone. Stop glueless consume first.',
    )
    .requiredOption('--as <name>', 'name of the Iceberg table', parse.tableName)
    .action(async (options: AdoptCommandOptions) => {
      await run('words', [], async ({ settings }) => {
        const { adopt } = await import('./iceberg-adopt.ts');
        return adopt(settings, options);
      });
    });
}
