/** Holds a request back until it is let through. */
export class Gate {
  readonly #opened = Promise.withResolvers<void>();
  readonly #passed = Promise.withResolvers<void>();

  /** Resolves when it may go on. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Says that it has taken place. */
  passed(): void {
    this.#passed.resolve();
  }

  /** Lets it through, and resolves once it has taken place. */
  async letThrough(): Promise<void> {
    this.#opened.resolve();
    await this.#passed.promise;
  }
}
