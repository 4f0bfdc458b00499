/** What a piece of text tells: it decides the colour, and never is all that tells it. */
export type Tone = 'good' | 'warning' | 'error' | 'faint';

/** Text with its tone. The text may come from records or Kafka: it is escaped where it is drawn. */
export interface Words {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** One subject of the screen; its items are kept whole as long as the terminal is wide enough. */
export interface Row {
  readonly label: string;
  readonly items: readonly Words[];
}

export type View = () => readonly Row[] | Promise<readonly Row[]>;

/** The last lines of a terminal, which show how work goes on, while log lines scroll above. */
export interface Screen {
  /** Shows what `view` gives, once a second until the result is disposed of; then what `summary` gives stays. */
  show(view: View, summary: View): AsyncDisposable;
  /** Adds lines above, which stay. */
  print(...lines: readonly Words[]): void;
  /** Shows the newest thing that happened, in a row of its own. */
  note(words: Words): void;
  /** Clears the way for a caller that writes whole lines to the terminal itself. */
  aside(write: () => void): void;
  /** Leaves the terminal as it was found, with what was printed. */
  close(): void;
}
