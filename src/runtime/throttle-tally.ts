/** How long each broker has made this process wait. */
export class ThrottleTally {
  readonly #waitedMs = new Map<string, number>();

  /** `broker`: its address. */
  add(broker: string, waitMs: number): void {
    this.#waitedMs.set(broker, (this.#waitedMs.get(broker) ?? 0) + waitMs);
  }

  /** Gives the milliseconds since the process began, by the address of the broker. */
  waits(): ReadonlyMap<string, number> {
    return new Map(this.#waitedMs);
  }
}

/** What brokers have made this process wait by their quotas: one tally, since quotas count all connections of a client together. */
export const brokerWaits = new ThrottleTally();
