/** What must have answered once before a service counts as started. */
const needed = ['lake', 'topic'] as const;

export type StartStep = (typeof needed)[number];

/** Knows what a starting service still waits for. What has answered once stays so: a later failure is no failed deployment. */
export class StartSteps {
  readonly #done = new Set<StartStep>();

  reached(step: StartStep): void {
    this.#done.add(step);
  }

  /** What is missing, in words; empty once all have answered. */
  problems(): string[] {
    return needed.filter((step) => !this.#done.has(step)).map((step) => `the ${step} has not answered yet`);
  }
}
