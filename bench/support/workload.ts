import type { RecordKind } from '../kinds/kind.ts';
import type { LoadBroker } from './load-broker.ts';
import type { ContenderResult } from './results.ts';
import type { RoundOptions } from './rounds.ts';

/** Everything that a workload may use. */
export interface Bench extends RoundOptions {
  /** Kind of records: one of the workload's, `regular` where it has none. */
  readonly kind: RecordKind;
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

export interface Workload {
  readonly name: string;
  /** Says in the page what is measured. */
  readonly about: string;
  /** Kinds of records that it is run with, one after the other. */
  readonly kinds?: readonly RecordKind[];
  readonly run: (bench: Bench) => Promise<ContenderResult[]>;
}
