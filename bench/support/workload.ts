import type { LoadBroker } from './load-broker.ts';
import type { ContenderResult } from './results.ts';
import type { RoundOptions } from './rounds.ts';

/** Everything that a workload may use. */
export interface Bench extends RoundOptions {
  /** Number of thermometer readings per sample. */
  readonly records: number;
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
  readonly run: (bench: Bench) => Promise<ContenderResult[]>;
}
