import type { TopicPath } from '../../consumer/ledger/keys/ledger-keys.ts';
import { isWritten, type LedgerEntry } from '../../consumer/ledger/entry/ledger-entry.ts';
import type { ObjectStore } from '../../consumer/ports/lake.ts';
import { daysAtHand } from '../../hours/follow-ledger.ts';
import { openHourStore } from '../../hours/hour-document.ts';
import { hourAt, hourOf } from '../../hours/hour-state.ts';
import { msPerDay } from '../../runtime/duration.ts';

/** Says how hours are counted again after a replay of what is so old that no look at the hours sees it. */
export class RecountHint {
  readonly #beforeMs: number;
  #first: string | undefined;

  constructor(nowMs: number) {
    this.#beforeMs = nowMs - daysAtHand * msPerDay;
  }

  /** Notes an entry, as it was before it was replaced. */
  note(entry: LedgerEntry): void {
    const claimedMs = Date.parse(entry.claimedAt);
    if (claimedMs >= this.#beforeMs) return;
    const objects = isWritten(entry) ? entry.outcome.objects : [];
    const hours = [hourAt(claimedMs), ...objects.map(({ partition }) => hourOf(partition))];
    for (const hour of hours)
      if (hour !== undefined && (this.#first === undefined || hour < this.#first)) this.#first = hour;
  }

  /** A line for each table whose old hours somebody has settled; none where nothing old was replaced. */
  async lines(store: ObjectStore, topicTable: TopicPath): Promise<string[]> {
    if (this.#first === undefined) return [];
    const day = this.#first.slice(0, '2026-11-23'.length);
    for await (const _settled of openHourStore(store, topicTable).list(day))
      return [`\`glueless hours --settle --since ${day}\` counts the hours again: no service looks at such old ones`];
    return [];
  }
}
