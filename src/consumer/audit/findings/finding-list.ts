import type { Finding } from './finding.ts';

/** Findings kept to be shown; more are only counted. */
const shownMax = 10_000;

/** Gathers findings, each once, without growing beyond bounds where everything is wrong. */
export class FindingList {
  readonly shown: Finding[] = [];
  readonly #known = new Set<string>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(...findings: readonly Finding[]): void {
    for (const finding of findings) {
      const { problem, where, what } = finding;
      const id = JSON.stringify([problem, where, what]);
      // an entry that was chosen for --sample may be looked at twice
      if (this.#known.has(id)) continue;
      this.#count++;
      if (this.shown.length === shownMax) continue;
      this.#known.add(id);
      this.shown.push(finding);
    }
  }
}
