import { Option, type Command } from 'commander';
import { forTopic, inTurn } from '../app/kafka/choose-topic.ts';
import * as parse from './option-parsers.ts';
import type { CertificateRequest } from '../app/kafka/client-certificates.ts';
import type { AclOptions } from './acl.ts';
import type { AlertsCommandOptions } from './alerts.ts';
import type { HoursCommandOptions } from './hours.ts';
import type { ReportOptions } from './report.ts';
import { tableFormats } from '../consumer/ports/lake.ts';
import type { RunCommand } from './run-command.ts';
import type { DiffOptions } from './schema.ts';
import { needsOption } from './needs-option.ts';
import { plainOption, topicOption, topicOrAllOption, type TopicOption } from './shared-options.ts';

/** Adds the commands that look at things, make certificates, or show it all. */
export function addToolCommands(program: Command, run: RunCommand): void {
  addSchema(program, run);
  addReport(program, run);
  addMonitor(program, run);
  addHours(program, run);
  addAlerts(program, run);
  addDoctor(program, run);
  addCert(program, run);
  addAcl(program, run);
  addDemo(program, run);
}

function addSchema(program: Command, run: RunCommand): void {
  const schema = program.command('schema').description('The table’s columns, and what the topic would do to them.');
  schema
    .command('show')
    .description('Print the columns with their types, and where each came from.')
    .option('--json', 'print JSON', false)
    .option(...topicOrAllOption)
    .action(async ({ topic, ...options }: { readonly json: boolean } & TopicOption) => {
      await run('words', [], async ({ settings }) => {
        const { showSchema } = await import('./schema.ts');
        return inTurn(settings, { topic, hasHeadings: !options.json }, (own) => showSchema(own, options));
      });
    });
  schema
    .command('diff')
    .description('Look at the newest records and print what they would change; 3 if they would. Writes nothing.')
    .option('--sample <records>', 'records of each Kafka partition', parse.count, 1000)
    .option('--json', 'print JSON', false)
    .option(...topicOption)
    .action(async ({ topic, ...options }: DiffOptions & TopicOption) => {
      await run('words', ['KAFKA_BROKERS'], async ({ settings, log }) => {
        const { diffSchema } = await import('./schema.ts');
        return diffSchema(forTopic(settings, topic), options, log);
      });
    });
}

function addReport(program: Command, run: RunCommand): void {
  program
    .command('report')
    .description('Hourly mean, minimum and maximum temperature of each patient, with an alert outside of the limits.')
    .option('--since <day>', 'first day, like 2026-11-23', parse.day)
    .option('--limit <rows>', 'print at most this many rows, alerts first', parse.wholeNumber)
    .option('--json', 'print JSON', false)
    .option(...topicOption)
    .action(async ({ topic, ...options }: ReportOptions & TopicOption) => {
      await run('words', [], async ({ settings }) => {
        const { report } = await import('./report.ts');
        return report(forTopic(settings, topic), options);
      });
    });
}

function addMonitor(program: Command, run: RunCommand): void {
  program
    .command('monitor')
    .description('Serve a web page of patients, alerts and the pipeline, on HTTP_HOST and HTTP_PORT, until a signal.')
    .option(...topicOption)
    .action(async ({ topic }: TopicOption) => {
      await run('log', [], async ({ settings, log, stop }) => {
        const { monitor } = await import('./monitor.ts');
        return monitor(forTopic(settings, topic), { log, stop });
      });
    });
}

function addHours(program: Command, run: RunCommand): void {
  program
    .command('hours')
    .description('Which hours of the table are complete: every Kafka partition has been read past them.')
    .option('--since <day>', 'first day, like 2026-11-23', parse.day)
    .option(
      '--settle',
      'find out first, write <table>_hours and tell who is configured; with --since all hours from that day on are counted again, as after a replay of what is old',
      false,
    )
    .option('--json', 'print JSON', false)
    .option(...topicOption)
    .action(async ({ topic, ...options }: HoursCommandOptions & TopicOption) => {
      await run('words', options.settle ? ['KAFKA_BROKERS'] : [], async ({ settings, log }) => {
        const { showHours } = await import('./hours.ts');
        return showHours(forTopic(settings, topic), options, log);
      });
    });
}

function addAlerts(program: Command, run: RunCommand): void {
  const command = program
    .command('alerts')
    .description('Alerts of hourly means outside of the band: list them, acknowledge one, send messages again.')
    .option('--since <day>', 'first day, like 2026-11-23', parse.day)
    .option('--all', 'resolved ones too', false)
    .addOption(
      new Option('--acknowledge <id>', 'note that somebody has seen it').conflicts(['undelivered', 'redeliver']),
    )
    .option('--by <name>', 'with --acknowledge: who it is', parse.words, 'command line')
    .option('--undelivered', 'list messages about hours and alerts that nobody took', false)
    .option('--redeliver', 'let them be sent again, with the same keys', false)
    .option('--json', 'print JSON', false)
    .option(...topicOption)
    .action(async ({ topic, ...options }: AlertsCommandOptions & TopicOption) => {
      await run('words', [], async ({ settings }) => {
        const { alerts } = await import('./alerts.ts');
        return alerts(forTopic(settings, topic), options);
      });
    });
  needsOption(command, 'by', 'acknowledge');
}

function addDoctor(program: Command, run: RunCommand): void {
  program
    .command('doctor')
    .description(
      'Check certificate, broker, topic, group, object store, catalog, ledger and newest file, with a line for each.',
    )
    .option(...topicOrAllOption)
    .action(async ({ topic }: TopicOption) => {
      await run('words', ['KAFKA_BROKERS'], async ({ settings }) => {
        const { doctor } = await import('./doctor.ts');
        return inTurn(settings, { topic, hasHeadings: true }, doctor);
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
    .option('--days <days>', 'how long it is good for (default: 90, 7 of a short-lived authority)', parse.count)
    .option(
      '--template <name>',
      'certificate template; an authority shared by AWS RAM allows EndEntityCertificate/V1 only',
      parse.template,
      'EndEntityClientAuthCertificate/V1',
    )
    .option('--secret <id>', 'secret to put it into; made if it is missing. Read with KAFKA_TLS_SECRET_ID')
    .option('--out <folder>', 'folder for client.pem and client.key')
    .action(async (options: CertificateRequest) => {
      // a scheduled renewal has no terminal, and alarms that look for fatal lines
      await run(process.stderr.isTTY ? 'words' : 'log', [], async ({ settings }) => {
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

function addAcl(program: Command, run: RunCommand): void {
  const who = 'CN=name, User:name, or the file of a certificate';
  program
    .command('acl')
    .description(
      'Let the consumer read topic and group, the producer publish, and nobody else: sets the ACL entries that are missing, removes none.',
    )
    .requiredOption('--consumer <principal>', `who reads: ${who}; can be repeated`, parse.several)
    .requiredOption('--producer <principal>', 'who publishes; can be repeated', parse.several)
    .option(
      '--admin <principal>',
      'who may change access later; closes the cluster itself to all others; can be repeated',
      parse.several,
      [],
    )
    .option(
      '--brokers <principal>',
      'the brokers, where they are no super users; default: MSK’s by their host names',
      parse.several,
      [],
    )
    .option('--dry-run', 'only print what would be set', false)
    .option('--topic <name>', 'one of several topics; all of them when left out, for a pattern by how its topics begin')
    .action(async ({ topic, ...options }: AclOptions & TopicOption) => {
      await run('words', ['KAFKA_BROKERS'], async ({ settings }) => {
        const { acl } = await import('./acl.ts');
        return acl(topic === undefined ? settings : forTopic(settings, topic), options);
      });
    });
}

function addDemo(program: Command, run: RunCommand): void {
  program
    .command('demo')
    .description('Show it all on this machine: a Kafka broker with mutual TLS, simulator, consumer, report, audit.')
    .option('--count <readings>', 'readings to publish', parse.count, 30_000)
    .addOption(
      new Option('--lake <kind>', 'a folder, or S3, Glue and Athena on an emulator')
        .choices(['local', 's3'])
        .default('local'),
    )
    .option('--monitor', 'leave everything running, with a web page and a fever in progress, until Ctrl-C', false)
    .addOption(new Option('--format <format>', 'format of the table').choices([...tableFormats]).default('hive'))
    .option(...plainOption)
    .action(async ({ plain, ...options }) => {
      await run({ voice: 'words', plain }, [], async ({ settings: _settings, ...context }) => {
        const { demo } = await import('./demo.ts');
        return demo(options, context);
      });
    });
}
