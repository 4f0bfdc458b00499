import type { Finding } from './finding.ts';

/** Findings kept to be shown; more are only counted. */
const shownMax = 10_000;

/** Gathers findings without growing beyond bounds where everything is wrong. */
export class FindingList {
  readonly shown: Finding[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(...findings: readonly Finding[]): void {
    this.#count += findings.length;
    this.shown.push(...findings.slice(0, Math.max(0, shownMax - this.shown.length)));
  }
}
