import { z } from 'zod';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import { DocumentStore } from '../outbox/document-store.ts';
import { alertSchema, type Alert, type StoredAlert } from './alert.ts';

const noteSchema = z.object({ format: z.literal(1) });

/**
 * Alerts of a table, one document each: `_alerts/<table>/<id>.json`. Looks go back some days only; an alert that is open for longer has a note,
 * `_alerts/<table>/open/<id>.json`, by which it is found all the same.
 */
export class AlertStore extends DocumentStore<Alert> {
  readonly #notes: DocumentStore<z.infer<typeof noteSchema>>;

  constructor(store: ObjectStore, table: string) {
    super(store, `_alerts/${table}/`, alertSchema);
    this.#notes = new DocumentStore(store, `_alerts/${table}/open/`, noteSchema);
  }

  /** Ids of the alerts that are noted. */
  async noted(): Promise<ReadonlySet<string>> {
    return new Set(await Array.fromAsync(this.#notes.list(), ({ id }) => id));
  }

  /** Alerts that may still change: of this hour (`2026-11-23T09`) and later ones, and older ones that are `noted`; left out: they are looked up. */
  async *changing(from: string, noted?: ReadonlySet<string>): AsyncIterable<StoredAlert> {
    for (const id of noted ?? (await this.noted())) {
      const old = id < from ? await this.get(id) : undefined;
      if (old !== undefined) yield old;
    }
    yield* this.list(from);
  }

  /** Notes those of the alerts that are open and of hours before `hour`; takes the notes of those back that were resolved before `resolvedAt`. */
  async noteOld(
    alerts: Iterable<StoredAlert>,
    noted: ReadonlySet<string>,
    before: { readonly hour: string; readonly resolvedAt: string },
  ): Promise<void> {
    for (const { id, value } of alerts) {
      if (value.state !== 'resolved') {
        if (id < before.hour && !noted.has(id)) await this.#notes.put(id, { format: 1 });
      } else if (noted.has(id) && (value.resolvedAt ?? '') < before.resolvedAt) await this.#notes.remove(id);
    }
  }
}

/** Alerts by hour, from `since` (like `2026-11-23`) on; all when left out. */
export async function listAlerts(alerts: AlertStore, since = ''): Promise<Alert[]> {
  return Array.fromAsync(alerts.list(since), ({ value }) => value);
}
