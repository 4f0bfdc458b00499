import type { Environment } from '../../runtime/environment.ts';
import type { Screen } from './screen.ts';

export interface ScreenRequest {
  /** Whether the log goes to a terminal. */
  readonly isTerminal: boolean;
  /** Whether plain lines were asked for. */
  readonly isPlain: boolean;
  readonly environment: Environment;
}

/** Decides between a screen for people and plain lines for programs, as `NO_COLOR`, `TERM` and `CI` commonly say. */
export function mayShowScreen({ isTerminal, isPlain, environment }: ScreenRequest): boolean {
  const { NO_COLOR: noColour = '', TERM: kind, CI: isBuild = '' } = environment;
  return isTerminal && !isPlain && noColour === '' && kind !== 'dumb' && ['', 'false', '0'].includes(isBuild);
}

/** Opens the screen on stderr. Its code loads only where it is shown: a service has no terminal. */
export async function openScreen(request: ScreenRequest): Promise<Screen | undefined> {
  if (!mayShowScreen(request)) return undefined;
  const { LiveScreen } = await import('./live-screen.ts');
  return new LiveScreen(process.stderr);
}
