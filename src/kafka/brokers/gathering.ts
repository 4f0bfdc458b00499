import type { Cluster } from '../kafkajs/cluster.ts';

/** Asks for all of the names at once. */
export type AskAll<Answer> = (cluster: Cluster, names: readonly string[]) => Promise<ReadonlyMap<string, Answer>>;

/** Gathers the names that are asked for within one turn of the event loop, so that many topics cost one request. */
export class Gathering<Answer> {
  readonly #askAll: AskAll<Answer>;
  #next: { readonly names: Set<string>; readonly answers: Promise<ReadonlyMap<string, Answer>> } | undefined;

  constructor(askAll: AskAll<Answer>) {
    this.#askAll = askAll;
  }

  async ask(cluster: Cluster, name: string): Promise<Answer> {
    this.#next ??= this.#begin(cluster);
    const { names, answers } = this.#next;
    names.add(name);
    const answer = (await answers).get(name);
    if (answer === undefined) throw new RangeError(`an answer without ${name}`);
    return answer;
  }

  #begin(cluster: Cluster) {
    const names = new Set<string>();
    const answers = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#next = undefined;
      return this.#askAll(cluster, [...names]);
    });
    return { names, answers };
  }
}
