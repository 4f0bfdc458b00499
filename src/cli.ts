import { CommanderError } from 'commander';
import { exitCodeOf, exitCodes } from './app/observe/exit-codes.ts';
import { describeFailure, failureFields } from './app/observe/explain-failure.ts';
import { configuredVariables, mistypedVariables } from './app/config/given-variables.ts';
import { createLogger, type Logger } from './app/observe/logger.ts';
import { ignoreClosedPipes, printed, printProblem } from './app/observe/output.ts';
import { readSettings } from './app/config/settings.ts';
import { openScreen } from './app/screen/open-screen.ts';
import type { Screen } from './app/screen/screen.ts';
import { endWhenLate, listenForStop } from './app/signals.ts';
import { readVersion } from './app/version/version.ts';
import { createCommandLine } from './commands/command-line.ts';
import { processEnvironment } from './runtime/environment.ts';

/** Services say what stopped them in their log, also before they have one of their own, where alarms look for it. */
let serviceLog: Logger | undefined;

/** What a person looks at instead of the log, and is told of failures in words. */
let screen: Screen | undefined;

const stopping = 'stopping: what has arrived is written; another signal ends it at once';

ignoreClosedPipes();
process.on('uncaughtException', (error) => {
  reportFailure(error);
  if (serviceLog === undefined || screen !== undefined) printProblem(`${error.stack ?? ''}\n`);
  process.exit(exitCodes.failed);
});

const program = createCommandLine(async (given, required, work) => {
  const { voice, plain } = typeof given === 'string' ? { voice: given, plain: true } : given;
  const environment = processEnvironment();
  screen = await openScreen({ isTerminal: process.stderr.isTTY, isPlain: plain, environment });
  if (voice === 'log' && screen === undefined) serviceLog = createLogger('info');
  const settings = readSettings(environment, required);
  const log = await openLog(settings.service.logLevel);
  if (voice === 'log') serviceLog = log;
  serviceLog?.info({ ...readVersion(), configured: configuredVariables(environment) }, 'starting');
  for (const { name, known } of mistypedVariables(environment)) say(`${name} has no effect: did you mean ${known}?`);
  if (!settings.kafka.tls.isOn)
    say('KAFKA_TLS=off: records and passwords can be read and changed on the way, and nobody checks who the broker is');
  const stop = listenForStop();
  stop.signal.addEventListener('abort', () => screen?.note({ text: stopping }));
  endWhenLate(stop, settings.service.shutdownMs, (error) => process.exit(reportFailure(error)));
  try {
    process.exitCode = await work({ settings, log, stop, screen });
  } catch (error) {
    // a signal that ends a wait ends it as it was asked to
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    log.info('stopped before there was anything to write');
    process.exitCode = stop.exitCode();
  } finally {
    screen?.close();
  }
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
await printed();
// kafkajs may keep timers and sockets of connections that are closed
process.exit();

async function openLog(level: string): Promise<Logger> {
  if (screen === undefined) return createLogger(level);
  const { logToScreen } = await import('./app/screen/log-to-screen.ts');
  return createLogger(level, logToScreen(screen));
}

function say(note: string): void {
  if (serviceLog === undefined) printProblem(`note: ${note}\n`);
  else serviceLog.warn(note);
}

function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  screen?.close();
  if (serviceLog === undefined || screen !== undefined) printProblem(`${describeFailure(error)}\n`);
  else serviceLog.fatal(failureFields(error), 'stopped by a failure');
  return exitCodeOf(error);
}
