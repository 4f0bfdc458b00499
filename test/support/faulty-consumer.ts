import { consume } from '../../src/commands/consume.ts';
import { createLogObserver } from '../../src/app/observe/log-observer.ts';
import { listenForStop } from '../../src/app/signals.ts';
import { readSettings } from '../../src/app/config/settings.ts';
import { createLogger } from '../../src/app/observe/logger.ts';

/**
 * `glueless consume` that sends itself a signal when it reaches a commit step for the nth time:
 * `faulty-consumer.ts <signal> <before|after> <step> <times>`.
 */
const [signal = 'SIGKILL', phase, name, times = '1', ...args] = process.argv.slice(2);
const settings = readSettings(process.env, ['KAFKA_BROKERS']);
const log = createLogger(settings.service.logLevel);
let left = Number(times);

process.exitCode = await consume(
  settings,
  { untilEnd: args.includes('--until-end') },
  {
    log,
    stop: listenForStop(),
    observer: {
      ...createLogObserver(log),
      step: async (step, when) => {
        if (step !== name || when !== phase || --left !== 0) return;
        log.info({ step, when }, 'fault');
        process.kill(process.pid, signal);
        // the signal arrives within this tick or the next
        await new Promise(setImmediate);
      },
    },
  },
);
process.exit();
