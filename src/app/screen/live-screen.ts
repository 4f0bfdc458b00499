import stringWidth from 'string-width';
import { messageOf } from '../../runtime/errors.ts';
import { layOut, lineOf } from './lay-out.ts';
import type { Row, Screen, View, Words } from './screen.ts';

/** What is needed of a terminal: a part of Node's `tty.WriteStream`. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

const everyMs = 1000;
/** The size that is taken for a terminal which does not tell its own. */
const sizeDefault = { columns: 80, rows: 24 };

/**
 * Draws rows as the last lines of a terminal, over and over. Nothing is switched that a killed process could leave behind: the
 * cursor stays visible and waits below the rows.
 */
export class LiveScreen implements Screen {
  readonly #terminal: Terminal;
  /** The lines that stand there now, as they were written. */
  #drawn: readonly string[] = [];
  #rows: readonly Row[] = [];
  #note: Words | undefined;
  #isClosed = false;
  readonly #redraw = (): void => this.#draw();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    terminal.on('resize', this.#redraw);
  }

  show(view: View, summary: View): AsyncDisposable {
    let drawing = this.#take(view);
    const timer = setInterval(() => {
      drawing = drawing.then(() => this.#take(view));
    }, everyMs).unref();
    return {
      [Symbol.asyncDispose]: async () => {
        clearInterval(timer);
        await drawing;
        const rows = [...(await rowsOf(summary)), ...this.#noteRow()];
        this.#rows = [];
        this.#write(layOut(rows, this.#columns));
      },
    };
  }

  print(...lines: readonly Words[]): void {
    this.#write(lines.map(lineOf));
  }

  note(words: Words): void {
    this.#note = words;
    if (this.#rows.length > 0) this.#draw();
  }

  aside(write: () => void): void {
    this.#terminal.write(this.#erasing());
    this.#drawn = [];
    write();
    this.#draw();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#terminal.write(this.#erasing());
    this.#drawn = [];
    this.#isClosed = true;
    this.#terminal.off('resize', this.#redraw);
  }

  /** The last column stays empty: some terminals wrap a line that fills it. */
  get #columns(): number {
    return (this.#terminal.columns || sizeDefault.columns) - 1;
  }

  async #take(view: View): Promise<void> {
    this.#rows = await rowsOf(view);
    this.#draw();
  }

  #draw(): void {
    this.#write([]);
  }

  /** Writes lines that stay, and the rows below them, in one piece, so that nothing flickers. */
  #write(above: readonly string[]): void {
    const rows = this.#isClosed || this.#rows.length === 0 ? [] : [...this.#rows, ...this.#noteRow()];
    const lines = layOut(rows, this.#columns).slice(0, (this.#terminal.rows || sizeDefault.rows) - 1);
    this.#terminal.write([this.#erasing(), ...[...above, ...lines].map((line) => `${line}\n`)].join(''));
    this.#drawn = lines;
  }

  #noteRow(): Row[] {
    return this.#note === undefined ? [] : [{ label: 'log', items: [this.#note] }];
  }

  /** Moves to the first drawn line and erases from there. A terminal that has become narrower has wrapped the lines. */
  #erasing(): string {
    const columns = this.#columns + 1;
    const height = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
    return height === 0 ? '' : `\u001b[${height}A\r\u001b[0J`;
  }
}

/** Numbers that can't be had must not end the work that they are about. */
async function rowsOf(view: View): Promise<readonly Row[]> {
  try {
    return await view();
  } catch (error) {
    return [{ label: 'screen', items: [{ text: messageOf(error), tone: 'error' }] }];
  }
}
