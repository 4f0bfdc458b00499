/**
 * Why a record was parsed instead of scanned. `large`: the record does not fit the kernel's window. `fields`: more fields than are scanned, or
 * perhaps than the table takes. `duplicate-key`: a key occurs twice. `odd`: whatever else the kernel does not read, damaged records among it.
 */
export type ParseReason = 'large' | 'fields' | 'duplicate-key' | 'odd';

/** How the records of a batch were read. */
export interface ReadingTally {
  readonly scanned: number;
  readonly parsed: ReadonlyMap<ParseReason, number>;
}

/** Counts how records are read. */
export class ReadingCounter {
  #scanned = 0;
  readonly #parsed = new Map<ParseReason, number>();

  addScanned(count: number): void {
    this.#scanned += count;
  }

  addParsed(reason: ParseReason): void {
    this.#parsed.set(reason, (this.#parsed.get(reason) ?? 0) + 1);
  }

  finish(): ReadingTally {
    return { scanned: this.#scanned, parsed: this.#parsed };
  }
}
