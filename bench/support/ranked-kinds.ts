import { kindGroups } from '../kinds/kinds.ts';
import type { KindsLayout } from './kinds-layout.ts';
import { ratioOver } from './rates.ts';
import { kindNameOf, type WorkloadResult } from './results.ts';

/** Results of kinds that the page shows together, in their order. */
export interface RankedKinds {
  /** Names the group and the order: `hard topics, the lowest ratio to DuckDB first`. */
  readonly title: string;
  readonly results: readonly WorkloadResult[];
}

/** Splits results of a workload by the groups of their kinds. The worst leads: hard kinds, and the lowest ratio to the layout's first peers. */
export function rankedKinds(layout: KindsLayout, results: readonly WorkloadResult[]): RankedKinds[] {
  const [first] = layout.ratios;
  const order = first === undefined ? '' : `, the lowest ratio to ${first.name} first`;
  const ratio = (result: WorkloadResult): number => leadingRatio(layout, result) ?? Infinity;
  return kindGroups.flatMap(({ name, kinds }) => {
    const found = results.filter((result) => kinds.some((kind) => kind.name === kindNameOf(result)));
    const ranked = found.toSorted((one, other) => ratio(one) - ratio(other) || 0);
    return found.length === 0 ? [] : [{ title: `${name}${order}`, results: ranked }];
  });
}

/** Our rate over that of the fastest of the layout's first peers, by which kinds are ranked. */
export function leadingRatio({ ratios }: KindsLayout, result: WorkloadResult): number | undefined {
  return ratioOver(result, ratios[0]?.ids ?? []);
}
