import type { Compression } from '../../src/kafka/format/codecs.ts';
import type { RecordKind } from '../kinds/kind.ts';
import type { LoadBroker } from './load-broker.ts';
import type { ContenderResult } from './results.ts';
import type { RoundOptions } from './rounds.ts';

/** Everything that a workload may use. */
export interface Bench extends RoundOptions {
  /** Kind of records: the variant's, `regular` where the workload has none. */
  readonly kind: RecordKind;
  /** How its topic is compressed. */
  readonly compression: Compression;
  /** Number of records per sample. */
  readonly records: number;
  /** Another seed gives other records of the same kind. */
  readonly seed: number;
  /** Runs everything within minutes; the numbers mean nothing. */
  readonly isQuick: boolean;
  /** An empty folder of the workload's own. */
  readonly folder: string;
  /** Starts the broker at the first call; the workloads of the run share it. */
  readonly broker: () => Promise<LoadBroker>;
}

export interface Variant {
  readonly name: string;
  readonly kind: RecordKind;
  readonly compression: Compression;
}

export interface Workload {
  readonly name: string;
  /** Says in the page what is measured. */
  readonly about: string;
  /** What it is run with, one after the other. */
  readonly variants?: readonly Variant[];
  readonly run: (bench: Bench) => Promise<ContenderResult[]>;
}
