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

  add(finding: Finding): void {
    const { problem, partition, where, what } = finding;
    const id = JSON.stringify([problem, partition, where, what]);
    // an entry that was chosen for --sample may be looked at twice
    if (this.#known.has(id)) return;
    this.#count++;
    if (this.shown.length === shownMax) return;
    this.#known.add(id);
    this.shown.push(finding);
  }

  /** Adds any number of them. */
  addAll(findings: Iterable<Finding>): void {
    for (const finding of findings) this.add(finding);
  }
}
