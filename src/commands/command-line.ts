import { Command, CommanderError, Help, type Option } from 'commander';
import { printLines, printProblem } from '../app/observe/output.ts';
import { describeVersion, readVersion } from '../app/version/version.ts';
import { addDataCommands } from './data-commands.ts';
import type { RunCommand } from './run-command.ts';
import { addToolCommands } from './tool-commands.ts';

/** Every command with its options. `run` gets the work of a command line that was accepted; the modules load when it is done. */
export function createCommandLine(run: RunCommand): Command {
  const program = new Command('glueless')
    .description('A Kafka topic over mutual TLS into an Amazon Athena table, exactly once.')
    .addHelpText('after', helpText)
    .option('--version', 'print the version, with its commit when it is known')
    .on('option:version', printVersion)
    .configureOutput({ writeErr: printProblem })
    .configureHelp({ optionDescription })
    .showHelpAfterError('(glueless --help shows what there is)')
    .exitOverride();
  addDataCommands(program, run);
  addToolCommands(program, run);
  return program;
}

function printVersion(): never {
  printLines(describeVersion(readVersion()));
  throw new CommanderError(0, 'commander.version', '');
}

/** Says the default of an option, unless it only means that the option is not given. */
function optionDescription(option: Option): string {
  const { defaultValue, defaultValueDescription, description } = option;
  const isNothing =
    defaultValue === false || (typeof defaultValue === 'object' && defaultValueDescription === undefined);
  return isNothing ? description : new Help().optionDescription(option);
}

const helpText = `
Configuration comes from the environment: docs/configuration.md lists all variables. Commands need at least:
  KAFKA_BROKERS=host:9094 KAFKA_TLS_CA_FILE=ca.pem KAFKA_TLS_CERT_FILE=client.pem KAFKA_TLS_KEY_FILE=client.key
  LAKE=s3://bucket/prefix   (or a folder)

Results go to stdout, logs to stderr. On a terminal, long commands show their progress there instead; --plain keeps the log lines.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 there are differences, 130 and 143 after a signal, once everything
that had arrived is written.`;
