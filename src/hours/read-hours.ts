import type { ObjectStore } from '../consumer/ports/lake.ts';
import { openHourStore, stateOf, type TopicTable } from './hour-document.ts';
import type { HourState } from './hour-state.ts';

export interface ReadHoursOptions extends TopicTable {
  readonly store: ObjectStore;
  /** First hour, like `2026-11-23T00`; all when left out. */
  readonly since?: string;
}

/**
 * The hours of a table as they were settled last, by hour. An hour that is not there is still filling, and so is every hour of a table whose
 * hours nobody settles.
 */
export async function readHours({ store, since, ...topicTable }: ReadHoursOptions): Promise<HourState[]> {
  const documents = openHourStore(store, topicTable).list(since);
  return Array.fromAsync(documents, ({ value }) => stateOf(value));
}
