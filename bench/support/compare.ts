import { percent, short } from './figures.ts';
import { fastestOf, figureOf, peakRssBytes, ratioOf } from './rates.ts';
import { contenderOf, familyOf, titleOf, type ContenderResult, type Results, type WorkloadResult } from './results.ts';

/** One of our numbers, before and now. */
export interface Change {
  readonly workload: string;
  readonly contender: string;
  readonly what: string;
  readonly before: number;
  readonly now: number;
  /** Share by which it got better; below 0: worse. */
  readonly gain: number;
  readonly isWorse: boolean;
}

/** Families whose rate stands for the machine in a workload; the first that both runs have counts. */
const references: Readonly<Record<string, readonly string[]>> = {
  'kafka-to-lake': ['kafkajs-receive', 'bento', 'spark'],
  'json-to-parquet': ['duckdb', 'parquetjs-lite'],
  wide: ['kafkajs-receive', 'spark'],
  produce: ['kafkajs'],
};

/** Figures in seconds that depend on the machine and that no peer measures too. */
const figuresLessIsBetter = ['outputBytes', 'freshnessP99Seconds', 'startUpSeconds', 'idleRssBytes'];

const worseShare = 0.15;

/**
 * Compares our numbers in `now` with those in `before`: rates by their ratio to the run's own reference peer, so that the machines
 * cancel out; memory, sizes and delays as they are.
 */
export function compareResults(before: Results, now: Results): Change[] {
  return now.workloads.flatMap((result) => {
    const earlier = before.workloads.find((each) => titleOf(each) === titleOf(result));
    if (earlier === undefined) return [];
    return ourContenders(result).flatMap((contender) => {
      const was = contenderOf(earlier, contender.id);
      return was === undefined ? [] : changesOf({ earlier, was }, { result, contender });
    });
  });
}

interface Before {
  readonly earlier: WorkloadResult;
  readonly was: ContenderResult;
}

interface After {
  readonly result: WorkloadResult;
  readonly contender: ContenderResult;
}

function changesOf({ earlier, was }: Before, { result, contender }: After): Change[] {
  const { workload } = result;
  const changes: Change[] = [];
  const note = (
    what: string,
    values: readonly [number | undefined, number | undefined],
    lessIsBetter: boolean,
  ): void => {
    const [old, fresh] = values;
    if (old === undefined || fresh === undefined || old <= 0 || fresh <= 0) return;
    const gain = lessIsBetter ? old / fresh - 1 : fresh / old - 1;
    // 1.15 times the cost is 15 % worse, for rates and for costs alike
    const isWorse = 1 / (1 + gain) > 1 + worseShare;
    changes.push({
      workload: titleOf(result),
      contender: contender.name,
      what,
      before: old,
      now: fresh,
      gain,
      isWorse,
    });
  };
  const family = references[workload]?.find((name) =>
    [earlier, result].every((each) => familyOf(each, name).length > 0),
  );
  if (family !== undefined) {
    const ratio = (run: WorkloadResult, ours: ContenderResult): number | undefined => {
      const peer = fastestOf(familyOf(run, family), 'cpuSeconds');
      return peer && ratioOf(ours, peer, 'cpuSeconds')?.median;
    };
    note(`per CPU second, by ${family}`, [ratio(earlier, was), ratio(result, contender)], false);
  }
  note('peak RSS, MB', [peakRssBytes(was) / 1e6, peakRssBytes(contender) / 1e6], true);
  for (const name of figuresLessIsBetter) {
    note(name, [figureOf(was, name)?.median, figureOf(contender, name)?.median], true);
  }
  return changes;
}

/** True for our contenders; in the workload `memory` all are. */
function ourContenders(result: WorkloadResult): readonly ContenderResult[] {
  const had = result.contenders.filter(({ samples }) => samples.length > 0);
  return result.workload === 'memory' ? had : had.filter(({ id }) => id.startsWith('glueless'));
}

/** Formats a line for each change and marks what got worse. */
export function comparisonLines(changes: readonly Change[]): string[] {
  return changes.map(({ workload, contender, what, before, now, gain, isWorse }) => {
    const change = `${gain >= 0 ? '+' : ''}${percent(gain)}`;
    return `${isWorse ? 'WORSE ' : '      '}${workload}: ${contender}: ${what}: ${short(before)} → ${short(now)} (${change})`;
  });
}
