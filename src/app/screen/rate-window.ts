const windowMs = 60_000;

/** Knows the mean rate of a growing number over the last minute: batches make it grow in steps. */
export class RateWindow {
  #samples: { readonly atMs: number; readonly total: number }[] = [];

  perSecond(atMs: number, total: number): number {
    const first = this.#samples.findLastIndex((sample) => sample.atMs <= atMs - windowMs);
    this.#samples = [...this.#samples.slice(Math.max(0, first)), { atMs, total }];
    const [oldest = { atMs, total }] = this.#samples;
    return ((total - oldest.total) * 1000) / Math.max(1000, atMs - oldest.atMs);
  }
}
