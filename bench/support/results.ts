/** What a process cost by the kernel's account at its end: its waited-for descendants count, memory is the largest process's. */
export interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** One run of one contender. */
export interface Sample extends Cost {
  /** What else was measured, by name with its unit last: `outputBytes`, `freshnessP99Seconds`. */
  readonly figures?: Readonly<Record<string, number>>;
}

export interface ContenderResult {
  readonly id: string;
  readonly name: string;
  /** How it was set, one line each. */
  readonly settings: readonly string[];
  /** Records that each sample had to handle. */
  readonly records: number;
  /** By round: samples with the same index were taken one after the other. Empty when the contender was not had. */
  readonly samples: readonly Sample[];
  /** Why it was not had. */
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
  readonly date: string;
  /** By `git describe`; ends in `-dirty` when files were changed. */
  readonly version: string;
  readonly machine: Machine;
  /** Of the last minute before it began: above 0.5 the wall times are noisy. */
  readonly loadBefore: number;
  readonly contenders: readonly ContenderResult[];
}

/** Workloads are measured and replaced one by one: each says when and on what. */
export interface Results {
  readonly workloads: readonly WorkloadResult[];
}

/** `fresh` in the place of what is there of the same workloads. */
export function mergeResults(present: Results, fresh: readonly WorkloadResult[]): Results {
  const names = new Set([...present.workloads, ...fresh].map(({ workload }) => workload));
  const newest = [...present.workloads, ...fresh];
  return { workloads: [...names].sort().flatMap((name) => newest.findLast(({ workload }) => workload === name) ?? []) };
}

export function contenderOf(result: WorkloadResult | undefined, id: string): ContenderResult | undefined {
  return result?.contenders.find((contender) => contender.id === id && contender.samples.length > 0);
}

/** All contenders of a program: `spark` has `spark` and `spark-inferred`. */
export function familyOf(result: WorkloadResult | undefined, family: string): ContenderResult[] {
  return (result?.contenders ?? []).filter(
    ({ id, samples }) => samples.length > 0 && (id === family || id.startsWith(`${family}-`)),
  );
}
