import { systemClock } from '../../runtime/clock.ts';
import { printLines } from '../observe/output.ts';
import type { Screen, View } from './screen.ts';

/** Work that is shown until this is disposed of. */
export interface ShownWork extends AsyncDisposable {
  /** Prints a result, where the screen is not in its way. */
  print(line: string): void;
}

/** Gives the rows of work that has taken so many milliseconds. */
type RowsAt = (upMs: number) => ReturnType<View>;

/** Shows how far work is, if there is a screen, by rows that are loaded only then. None of them stays. */
export async function showWork(screen: Screen | undefined, load: () => Promise<RowsAt>): Promise<ShownWork> {
  if (screen === undefined) return { print: printLines, [Symbol.asyncDispose]: () => Promise.resolve() };
  const rowsAt = await load();
  const startMs = systemClock.monotonicMs();
  const shown = screen.show(
    () => rowsAt(systemClock.monotonicMs() - startMs),
    () => [],
  );
  return {
    print: (line) => screen.aside(() => printLines(line)),
    [Symbol.asyncDispose]: () => shown[Symbol.asyncDispose](),
  };
}
