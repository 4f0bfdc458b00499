import type { ErrorFacts } from './error-facts.ts';

/** Failures of usage, configuration and the process itself. */
export const processErrorCodes = {
  USAGE_INVALID: {
    meaning: 'The command line asks for something that can’t be done: options that exclude or need each other.',
    retryable: 'never',
    action: 'See `glueless <command> --help`.',
    exit: 2,
  },
  CONFIG_INVALID: {
    meaning: 'Variables of the environment are missing or have values that can’t be used; all problems are listed.',
    retryable: 'never',
    action: 'Set each listed variable to what is expected; see `docs/configuration.md`.',
    exit: 2,
  },
  PREREQUISITE_MISSING: {
    meaning: 'A program or library that a command needs is not installed here.',
    retryable: 'never',
    action: 'Install what the message names. `consume` needs none of them.',
  },
  PREREQUISITE_FAILED: {
    meaning: 'A broker or emulator that demo or tests start did not come up.',
    retryable: 'never',
    action: 'Read the log that the message names.',
  },
  DEMO_FAILED: {
    meaning: 'A step of `glueless demo` failed, or the table does not hold what was published.',
    retryable: 'never',
    action: 'Read the consumer’s log that the message names.',
  },
  HTTP_UNAVAILABLE: {
    meaning:
      'The server of health and metrics, or the monitor, can’t listen: the port is taken, or the address is not one of this machine.',
    retryable: 'never',
    action: 'Set HTTP_PORT and HTTP_HOST to a free port and an address of this machine, or leave HTTP_PORT out.',
  },
  STALLED: {
    meaning: 'There is lag, and nothing has been written for STALL_SECONDS.',
    retryable: 'never',
    action: 'Let the supervisor restart the process; the retry lines before this one say what it waited for.',
  },
  DEADLINE_EXCEEDED: {
    meaning:
      'After SIGTERM, writing what had arrived took longer than SHUTDOWN_DEADLINE_SECONDS, or a broker or store never answered. Nothing is lost.',
    retryable: 'never',
    action: 'Raise it together with the container’s stop timeout, or lower BATCH_BYTES_MAX.',
  },
} as const satisfies Record<string, ErrorFacts>;
