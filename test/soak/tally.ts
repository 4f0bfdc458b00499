/** How many there were of each kind. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(kind: string, count = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  addAll(other: Tally): void {
    for (const [kind, count] of other.#counts) this.add(kind, count);
  }

  get(kind: string): number {
    return this.#counts.get(kind) ?? 0;
  }

  toString(): string {
    const kinds = [...this.#counts].toSorted(([a], [b]) => a.localeCompare(b));
    return kinds.map(([kind, count]) => `${kind} ${count}`).join(', ');
  }
}
