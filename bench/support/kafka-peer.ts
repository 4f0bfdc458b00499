import type { RecordKind } from '../kinds/kind.ts';

/** A topic on a broker with mutual TLS, to be written as Parquet from its earliest offset to its present end. */
export interface KafkaJob {
  readonly bootstrap: string;
  readonly topic: string;
  /** PEM files; the key is PKCS#8. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Number of records in the topic, all of which must be written. */
  readonly records: number;
  readonly kind: RecordKind;
  /** An empty folder of the peer's own, for its files and its checkpoints. */
  readonly folder: string;
}

/** A command that does the job and ends by itself with 0 once every record is in a file. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Folder of its Parquet files when it has ended. */
  readonly output: string;
}

/** Another program that brings a topic into Parquet. */
export interface KafkaPeer {
  /** Its name in the page, with its version: `Spark 4.0.1, schema given`. */
  readonly name: string;
  /** Its settings, one line each, so that anyone can check that they are fair. */
  readonly settings: readonly string[];
  /** Names of the kinds that it is measured on, uncompressed. Left out: all, compressed as well. */
  readonly kinds?: readonly string[];
  /** Installs it into `.cache` by package clients, once. Rejects with what is missing where that can't be done. */
  provide(): Promise<void>;
  invocation(job: KafkaJob): Invocation;
}
