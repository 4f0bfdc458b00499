import { messageOf } from '../../src/runtime/errors.ts';
import { rounded, whole } from './figures.ts';
import type { ContenderResult, Sample } from './results.ts';

/** A program that a workload measures. */
export interface Contender {
  readonly id: string;
  readonly name: string;
  readonly settings: readonly string[];
  readonly records: number;
  readonly jsonBytes?: number;
  /** Installs what it needs. Rejects when this machine can't run it, which is no failure. */
  readonly provide?: () => Promise<void>;
  /** Runs it once. Rejects when it fails or its output is wrong: that fails the workload. */
  readonly run: (round: number) => Promise<Sample>;
}

export interface RoundOptions {
  readonly samples: number;
  /** Rounds before the first sample: they fill the disk's cache and are not counted. */
  readonly warmUps: number;
  readonly say: (line: string) => void;
}

/** Takes samples in turns, A B C A B C, so that a drift of the machine hits all alike. */
export async function runRounds(
  contenders: readonly Contender[],
  { samples, warmUps, say }: RoundOptions,
): Promise<ContenderResult[]> {
  const absent = new Map<string, string>();
  for (const { id, name, provide } of contenders) {
    await provide?.().catch((error: unknown) => absent.set(id, messageOf(error).split('\n')[0] ?? ''));
    if (absent.has(id)) say(`${name}: not had here: ${absent.get(id)}`);
  }
  const taken = new Map<string, Sample[]>(contenders.map(({ id }) => [id, []]));
  for (let round = -warmUps; round < samples; round++) {
    for (const contender of contenders) {
      const { id, name, run } = contender;
      if (absent.has(id)) continue;
      const sample = await run(round);
      say(`${round < 0 ? 'warm-up' : `${round + 1}/${samples}`} ${name}: ${shown(sample, contender)}`);
      if (round >= 0) taken.get(id)?.push(sample);
    }
  }
  return contenders.map(({ id, name, settings, records, jsonBytes }) => {
    const reason = absent.get(id);
    const size = jsonBytes !== undefined && { jsonBytes };
    const result = { id, name, settings, records, ...size, samples: taken.get(id) ?? [] };
    return reason === undefined ? result : { ...result, absent: reason };
  });
}

function shown({ cpuSeconds, wallSeconds, peakRssBytes, figures = {} }: Sample, { records, jsonBytes }: Contender) {
  const bytes = jsonBytes === undefined ? '' : `, ${whole(jsonBytes / cpuSeconds / 1e6)} MB of JSON`;
  const perSecond = records === 0 ? '' : ` (${rounded(records / cpuSeconds)} records${bytes} per CPU s)`;
  const more = Object.entries(figures).map(([name, value]) => `, ${name} ${Number(value.toPrecision(5))}`);
  return `${cpuSeconds.toFixed(2)} CPU s${perSecond}, ${wallSeconds.toFixed(2)} s, ${Math.round(peakRssBytes / 1e6)} MB${more.join('')}`;
}
