/** Reads that one piece of work has under way at a time, where each answer is small: an entry, a footer, what is known of an object. */
export const readsAtOnce = 16;

/** Runs `work` over all items, at most `limit` at a time; results in the items' order. The first failure rejects, and no item is begun after it. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (hasFailed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** Shares are counted in whole parts of a slot, so that what was taken is given back without a rest. */
const partsOfSlot = 1000;

interface Waiting {
  readonly parts: () => number;
  readonly begin: (parts: number) => void;
}

/**
 * Lets at most `limit` pieces of work run at a time, first come, first served. Work that is small takes a share of a slot, and more of it runs
 * at a time.
 */
export class Slots {
  readonly #parts: number;
  #free: number;
  readonly #waiting: Waiting[] = [];

  constructor(limit: number) {
    this.#parts = limit * partsOfSlot;
    this.#free = this.#parts;
  }

  /** `share`: how much of a slot the work takes, from 0 to 1; asked when it is the work's turn. */
  async run<T>(work: () => Promise<T>, share: () => number = () => 1): Promise<T> {
    const parts = await new Promise<number>((begin) => {
      this.#waiting.push({ parts: () => Math.ceil(share() * partsOfSlot), begin });
      this.#serve();
    });
    try {
      return await work();
    } finally {
      this.#free += parts;
      this.#serve();
    }
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const parts = Math.min(next.parts(), this.#parts);
      if (parts > this.#free) return;
      this.#free -= parts;
      this.#waiting.shift();
      next.begin(parts);
    }
  }
}

/** Lets work of the same name run one after the other, first come, first served, and that of different names side by side. */
export class Queues {
  readonly #slots = new Map<string, Slots>();

  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const slots = this.#slots.get(name) ?? new Slots(1);
    this.#slots.set(name, slots);
    return slots.run(work);
  }
}

/** Runs `work` over all items, up to `limit` ahead of who takes the results; results in the items' order. */
export async function* mapAhead<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncIterable<Result> {
  const ahead: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    // whoever waits for it gets the failure; until then it must not end the process
    result.catch(() => {});
    ahead.push(result);
    const next = ahead.length >= limit ? ahead.shift() : undefined;
    if (next !== undefined) yield await next;
  }
  for (const result of ahead) yield await result;
}
