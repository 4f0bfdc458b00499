import type { RecordKind } from '../kinds/kind.ts';
import type { Command } from './measure.ts';

/** A file of records, a JSON object a line, to be written as Parquet. */
export interface JsonJob {
  readonly kind: RecordKind;
  readonly file: string;
  /** An empty folder for its Parquet files. */
  readonly folder: string;
}

/** Another program that turns JSON into Parquet. */
export interface JsonPeer {
  /** Its name in the page, with its version. */
  readonly name: string;
  /** Its settings, one line each, so that anyone can check that they are fair. */
  readonly settings: readonly string[];
  /** Names of the kinds of records that it is measured on; left out: all. */
  readonly kinds?: readonly string[];
  /** Installs it into `.cache` by package clients, once. Rejects with what is missing where that can't be done. */
  provide(): Promise<void>;
  /** A command that ends with 0 once every record is in a file. */
  invocation(job: JsonJob): Command;
}
