/** Where the member is in one assigned partition, and why it may not go on. */
export class AssignedPosition {
  /** The next chunk begins here. */
  position: bigint;
  /** The handler asked for a pause: there is no memory. */
  isPaused = false;
  /** What follows can't be read: nothing is handed over before a seek. */
  isBlocked = false;
  /** The broker does not hold the position: it is being looked at why. */
  isLookedAt = false;
  /** Successive looks that found the position beyond the log's end. */
  beyondEnd = 0;
  /** Successive answers whose records lie behind their own high watermark. */
  beyondWatermark = 0;
  #lastEpoch: number | undefined;
  #readTo: bigint;

  constructor(position: bigint) {
    this.position = position;
    this.#readTo = position;
  }

  get isStill(): boolean {
    return this.isPaused || this.isBlocked || this.isLookedAt;
  }

  /**
   * Leader epoch of what was read last, for the broker to compare with its log. Nothing is known of what was skipped;
   * what was read beyond the position stays true.
   */
  get lastEpoch(): number | undefined {
    return this.position > this.#readTo ? undefined : this.#lastEpoch;
  }

  /** Records up to `to`, the last of them written under `epoch`, were handed over. */
  advance(to: bigint, epoch: number | undefined): void {
    this.position = to;
    this.beyondEnd = 0;
    this.beyondWatermark = 0;
    if (to < this.#readTo) return;
    this.#readTo = to;
    this.#lastEpoch = epoch === undefined || epoch < 0 ? undefined : epoch;
  }

  /** The broker can't tell where the epoch ends: records go without it until the next ones come. */
  forgetEpoch(): void {
    this.#lastEpoch = undefined;
  }

  seek(offset: bigint): void {
    this.position = offset;
    this.isBlocked = false;
    this.beyondEnd = 0;
    this.beyondWatermark = 0;
  }
}
