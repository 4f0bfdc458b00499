import { trialDistinctMax, trialValues } from '../../../kernel/kinds.ts';

const distinctShareMax = trialDistinctMax / trialValues;

/** Tells whether strings repeat, by how many of them are distinct: decided after `trialValues`. */
export function doRepeat(distinct: number, strings: number): boolean {
  return distinct <= strings * distinctShareMax;
}
