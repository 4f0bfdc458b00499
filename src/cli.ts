import { CommanderError } from 'commander';
import { exitCodeOf, exitCodes } from './app/observe/exit-codes.ts';
import { describeFailure, failureFields } from './app/observe/explain-failure.ts';
import { configuredVariables, mistypedVariables } from './app/config/given-variables.ts';
import { createLogger, type Logger } from './app/observe/logger.ts';
import { ignoreClosedPipes, printProblem } from './app/observe/output.ts';
import { readSettings } from './app/config/settings.ts';
import { endWhenLate, listenForStop } from './app/signals.ts';
import { readVersion } from './app/version.ts';
import { createCommandLine } from './commands/command-line.ts';
import { processEnvironment } from './runtime/environment.ts';

/** Services say what stopped them in their log, also before they have one of their own, where alarms look for it. */
let serviceLog: Logger | undefined;

ignoreClosedPipes();
process.on('uncaughtException', (error) => {
  reportFailure(error);
  if (serviceLog === undefined) printProblem(`${error.stack ?? ''}\n`);
  process.exit(exitCodes.failed);
});

const program = createCommandLine(async (voice, required, work) => {
  if (voice === 'log') serviceLog = createLogger('info');
  const environment = processEnvironment();
  const settings = readSettings(environment, required);
  const log = createLogger(settings.service.logLevel);
  if (voice === 'log') serviceLog = log;
  serviceLog?.info({ ...readVersion(), configured: configuredVariables(environment) }, 'starting');
  for (const { name, known } of mistypedVariables(environment)) say(`${name} has no effect: did you mean ${known}?`);
  if (!settings.kafka.tls.isOn)
    say('KAFKA_TLS=off: records and passwords can be read and changed on the way, and nobody checks who the broker is');
  const stop = listenForStop();
  endWhenLate(stop, settings.service.shutdownMs, (error) => process.exit(reportFailure(error)));
  try {
    process.exitCode = await work({ settings, log, stop });
  } catch (error) {
    // a signal that ends a wait ends it as it was asked to
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    log.info('stopped before there was anything to write');
    process.exitCode = stop.exitCode();
  }
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
// kafkajs may keep timers and sockets of connections that are closed
process.exit();

function say(note: string): void {
  if (serviceLog === undefined) printProblem(`note: ${note}\n`);
  else serviceLog.warn(note);
}

function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (serviceLog === undefined) printProblem(`${describeFailure(error)}\n`);
  else serviceLog.fatal(failureFields(error), 'stopped by a failure');
  return exitCodeOf(error);
}
