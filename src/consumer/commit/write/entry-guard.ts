import type { Clock } from '../../../runtime/clock.ts';
import type { Versioned } from '../../ledger/chain/entry-store.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/** After this long without a look a process may have been frozen, and others may have gone on without it. */
const trustedMs = 5000;

/** Thrown when the entry that is being fulfilled has changed: nothing more must be written for it. */
export class Overtaken extends Error {
  readonly found: Versioned;

  constructor(found: Versioned) {
    super('another process has changed the entry');
    this.found = found;
  }
}

/** Watches that the entry that is being fulfilled is still ours. */
export class EntryGuard {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #entry: Versioned;
  #lookedMs: number;

  constructor(entry: Versioned, { ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock }) {
    this.#entry = entry;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#lookedMs = clock.monotonicMs();
  }

  /** Call it before each put. Reads the entry again when the last look is some seconds old; throws `Overtaken` when it has changed. */
  async check(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#lookedMs < trustedMs) return;
    const { entry, version, at } = this.#entry;
    const found = await this.#ledger.get(entry, entry.from);
    if (found === undefined || found.at !== at || found.version !== version) throw new Overtaken(found ?? this.#entry);
    this.#lookedMs = this.#clock.monotonicMs();
  }
}
