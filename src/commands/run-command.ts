import type { VariableName } from '../app/config/config.ts';
import type { Logger } from '../app/observe/logger.ts';
import type { Settings } from '../app/config/settings.ts';
import type { StopSignal } from '../app/signals.ts';

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
