import xterm from '@xterm/headless';
import type { Terminal } from '../../src/app/screen/live-screen.ts';

/** A terminal that nobody sees: the emulator of xterm.js, whose screen can be read back. */
export class TestTerminal implements Terminal {
  readonly #emulator: InstanceType<typeof xterm.Terminal>;
  readonly #listeners = new Set<() => void>();

  constructor(columns = 80, rows = 24) {
    this.#emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  }

  get columns(): number {
    return this.#emulator.cols;
  }

  get rows(): number {
    return this.#emulator.rows;
  }

  write(text: string): void {
    this.#emulator.write(text);
  }

  on(_event: 'resize', listener: () => void): void {
    this.#listeners.add(listener);
  }

  off(_event: 'resize', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Resizes once everything written has arrived, as lines are wrapped anew. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#arrived();
    this.#emulator.resize(columns, rows);
    for (const listener of this.#listeners) listener();
  }

  /** Every line from the first that was ever written to the last, without empty ones at the end. */
  async lines(): Promise<string[]> {
    await this.#arrived();
    const { active } = this.#emulator.buffer;
    const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }

  async cursor(): Promise<{ readonly column: number; readonly line: number }> {
    await this.#arrived();
    const { cursorX, cursorY, baseY } = this.#emulator.buffer.active;
    return { column: cursorX, line: baseY + cursorY };
  }

  async #arrived(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#emulator.write('', resolve);
    });
  }
}
