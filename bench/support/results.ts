import { kinds } from '../kinds/kinds.ts';

/** Costs of a process as the kernel counts them at its end: with the descendants it waited for; memory is the largest process's. */
export interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** One run of one contender. */
export interface Sample extends Cost {
  /** Other measured values, by name with the unit last: `outputBytes`, `freshnessP99Seconds`. */
  readonly figures?: Readonly<Record<string, number>>;
}

export interface ContenderResult {
  readonly id: string;
  readonly name: string;
  /** Its settings, one line each. */
  readonly settings: readonly string[];
  /** Number of records of each sample. */
  readonly records: number;
  /** Bytes of these records as JSON, where a file holds them. */
  readonly jsonBytes?: number;
  /** One sample per round: those with the same index were taken one after the other. Empty when the contender was missing. */
  readonly samples: readonly Sample[];
  /** The reason why it was missing. */
  readonly absent?: string;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
}

export interface WorkloadResult {
  readonly workload: string;
  /** Kind of records, where the workload has several. */
  readonly kind?: string;
  readonly date: string;
  /** Output of `git describe`; ends in `-dirty` when files were changed. */
  readonly version: string;
  readonly machine: Machine;
  /** Load average of the minute before it began: above 0.5 the wall times are noisy. */
  readonly loadBefore: number;
  readonly contenders: readonly ContenderResult[];
}

/** Results of a workload, with time, machine and version: workloads are measured and replaced one by one. */
export interface Results {
  readonly workloads: readonly WorkloadResult[];
}

/** Replaces the results of the workloads and kinds that `fresh` has. */
export function mergeResults(present: Results, fresh: readonly WorkloadResult[]): Results {
  const newest = new Map([...present.workloads, ...fresh].map((result) => [titleOf(result), result]));
  return { workloads: [...newest.values()].sort(inOrder) };
}

/** By workload, then by kind as `kinds` has them; a kind with a codec follows the kind alone. */
function inOrder(one: WorkloadResult, other: WorkloadResult): number {
  const place = (result: WorkloadResult): number => kinds.findIndex(({ name }) => name === kindNameOf(result));
  const titles = titleOf(one) < titleOf(other) ? -1 : 1;
  return one.workload === other.workload ? place(one) - place(other) || titles : titles;
}

/** The name of a result's kind, without its codec. */
export function kindNameOf({ kind }: WorkloadResult): string | undefined {
  return kind?.split(',')[0];
}

/** Names a result: `json-to-parquet, events`. */
export function titleOf({ workload, kind }: Pick<WorkloadResult, 'workload' | 'kind'>): string {
  return kind === undefined ? workload : `${workload}, ${kind}`;
}

export function contenderOf(result: WorkloadResult | undefined, id: string): ContenderResult | undefined {
  return result?.contenders.find((contender) => contender.id === id && contender.samples.length > 0);
}

/** Finds all contenders of a program: `spark` and `spark-inferred` for `spark`. */
export function familyOf(result: WorkloadResult | undefined, family: string): ContenderResult[] {
  return (result?.contenders ?? []).filter(
    ({ id, samples }) => samples.length > 0 && (id === family || id.startsWith(`${family}-`)),
  );
}
