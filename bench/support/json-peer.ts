import type { Command } from './measure.ts';

/** A file of thermometer readings, a JSON object a line, to be written as Parquet with the event time as a timestamp. */
export interface JsonJob {
  readonly file: string;
  readonly records: number;
  /** An empty folder for its Parquet files. */
  readonly folder: string;
}

/** Another program that turns JSON into Parquet. */
export interface JsonPeer {
  /** As it stands in the page, with its version. */
  readonly name: string;
  /** How it was set, one line each, so that nobody can say that it was hobbled. */
  readonly settings: readonly string[];
  /** Installs it into `.cache` by package clients, once. Rejects, saying what is missing, where that can't be done. */
  provide(): Promise<void>;
  /** A command that ends with 0 once every record is in a file. */
  invocation(job: JsonJob): Command;
}
