import type { VariableName } from '../app/config/config.ts';
import type { Logger } from '../app/observe/logger.ts';
import type { Settings } from '../app/config/settings.ts';
import type { Screen } from '../app/screen/screen.ts';
import type { StopSignal } from '../app/signals.ts';

/** What surrounds a command. */
export interface CommandContext {
  readonly log: Logger;
  readonly stop: StopSignal;
  /** Where progress is shown to people; left out where nobody looks on. */
  readonly screen?: Screen | undefined;
}

export interface Context extends CommandContext {
  readonly settings: Settings;
}

/** Services say what stopped them in their log, other commands in words. */
export type Voice = 'log' | 'words';

/** Commands that take long show their progress on a terminal, unless `--plain` asks for the voice that they have without one. */
export interface LiveVoice {
  readonly voice: Voice;
  readonly plain: boolean;
}

/** Runs what a command does; `required` are the variables that it can't do without. */
export type RunCommand = (
  voice: Voice | LiveVoice,
  required: readonly VariableName[],
  work: (context: Context) => Promise<number>,
) => Promise<void>;
