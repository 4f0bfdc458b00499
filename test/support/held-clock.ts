import { TestClock } from './test-clock.ts';

/** A clock on which nobody wakes up before the test lets the time pass. */
export class HeldClock extends TestClock {
  #sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#sleepers.push({ untilMs: this.monotonicMs() + ms, wake: resolve });
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    await promise;
  }

  override pass(ms: number): void {
    super.pass(ms);
    for (const { untilMs, wake } of this.#sleepers) if (untilMs <= this.monotonicMs()) wake();
    this.#sleepers = this.#sleepers.filter(({ untilMs }) => untilMs > this.monotonicMs());
  }
}
