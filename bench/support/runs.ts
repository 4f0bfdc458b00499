import { kindOf } from '../kinds/kinds.ts';
import { regular } from '../kinds/regular.ts';
import type { Variant, Workload } from './workload.ts';

/** A workload with one of its variants. */
export interface Run {
  readonly workload: Workload;
  readonly variant: Variant;
}

const onlyVariant: Variant = { name: '', kind: regular, compression: 'none' };

/** Lists the runs of a workload; of a workload with variants only those of the kinds named, if there are any. */
export function runsOf(workload: Workload, kindNames: readonly string[]): Run[] {
  const { variants } = workload;
  if (variants === undefined) return [{ workload, variant: onlyVariant }];
  const wanted = kindNames.map(kindOf);
  return variants
    .filter(({ kind }) => wanted.length === 0 || wanted.includes(kind))
    .map((variant) => ({ workload, variant }));
}

/** What names the result of a run. */
export function resultNameOf({ workload, variant }: Run): { readonly workload: string; readonly kind?: string } {
  return { workload: workload.name, ...(workload.variants && { kind: variant.name }) };
}
