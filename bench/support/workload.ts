import type { LoadBroker } from './load-broker.ts';
import type { ContenderResult } from './results.ts';
import type { RoundOptions } from './rounds.ts';

/** What a workload has to work with. */
export interface Bench extends RoundOptions {
  /** Thermometer readings of a run. */
  readonly records: number;
  /** A try of everything in minutes: its numbers mean nothing. */
  readonly isQuick: boolean;
  /** An empty folder of the workload's own. */
  readonly folder: string;
  /** Started when first asked for, shared by the workloads of the run. */
  readonly broker: () => Promise<LoadBroker>;
}

export interface Workload {
  readonly name: string;
  /** What is measured, in words for the page. */
  readonly about: string;
  readonly run: (bench: Bench) => Promise<ContenderResult[]>;
}
