import { systemClock } from '../../runtime/clock.ts';
import type { Cluster } from '../kafkajs/cluster.ts';

const closeMaxMs = 1000;

/** Connections to a cluster that several requests use at the same time. No request takes them away from another one. */
export class SharedCluster {
  readonly #opening: Promise<Cluster>;
  readonly #idle = Promise.withResolvers<void>();
  #users = 0;
  #isGivenUp = false;

  constructor(opening: Promise<Cluster>) {
    this.#opening = opening;
  }

  async use<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await work(await this.#opening);
    } finally {
      this.#users--;
      this.#resolveIfIdle();
    }
  }

  /** Begins nothing over them any more: they end with the last request that uses them. */
  giveUp(): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    void this.#idle.promise.then(() => this.#disconnect());
    this.#resolveIfIdle();
  }

  /** The same, and waits for the end: not for long, since a broker that is gone answers no request that is still on its way. */
  async close(): Promise<void> {
    this.giveUp();
    await Promise.race([this.#idle.promise, systemClock.sleep(closeMaxMs)]);
    await Promise.race([this.#disconnect(), systemClock.sleep(closeMaxMs)]);
  }

  #resolveIfIdle(): void {
    if (this.#isGivenUp && this.#users === 0) this.#idle.resolve();
  }

  async #disconnect(): Promise<void> {
    await this.#opening.then((cluster) => cluster.disconnect()).catch(() => {});
  }
}
