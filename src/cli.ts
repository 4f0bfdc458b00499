import { CommanderError } from 'commander';
import { exitCodeOf, exitCodes } from './app/exit-codes.ts';
import { describeFailure, failureFields } from './app/explain-failure.ts';
import { configuredVariables, mistypedVariables } from './app/given-variables.ts';
import { createLogger } from './app/logger.ts';
import { ignoreClosedPipes, printProblem } from './app/output.ts';
import { readSettings } from './app/settings.ts';
import { listenForStop } from './app/signals.ts';
import { readVersion } from './app/version.ts';
import { createCommandLine } from './commands/command-line.ts';
import { processEnvironment } from './runtime/environment.ts';

ignoreClosedPipes();
process.on('uncaughtException', (error) => {
  printProblem(`${describeFailure(error)}\n${error.stack ?? ''}\n`);
  process.exit(exitCodes.failed);
});

const program = createCommandLine(async (voice, required, work) => {
  const environment = processEnvironment();
  const settings = readSettings(environment, required);
  const log = createLogger(settings.service.logLevel);
  const notes = mistypedVariables(environment).map(
    ({ name, known }) => `${name} has no effect: did you mean ${known}?`,
  );
  if (voice === 'log') {
    log.info({ ...readVersion(), configured: configuredVariables(environment) }, 'starting');
    for (const note of notes) log.warn(note);
  } else for (const note of notes) printProblem(`note: ${note}\n`);
  const stop = listenForStop();
  try {
    process.exitCode = await work({ settings, log, stop });
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
  printProblem(`${describeFailure(error)}\n`);
  return exitCodeOf(error);
}
