import type { TopicPath } from '../consumer/ledger/keys/ledger-keys.ts';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import { openHourStore, stateOf } from './hour-document.ts';
import { hourAt, type HourState, type HourStateName } from './hour-state.ts';

export interface ReadHoursOptions extends TopicPath {
  readonly store: ObjectStore;
  /** First hour, like `2026-11-23T00`; all when left out. */
  readonly since?: string | undefined;
}

/**
 * The hours of a table as they were settled last, by hour. An hour that is not there is still filling, and so is every hour of a table whose
 * hours nobody settles.
 */
export async function readHours({ store, since, ...topicTable }: ReadHoursOptions): Promise<HourState[]> {
  const documents = openHourStore(store, topicTable).list(since);
  return Array.fromAsync(documents, ({ value }) => stateOf(value));
}

/**
 * Says of an hour with rows what was settled: an hour that follows a settled one is filling until it is settled itself. `unsettled`: nobody
 * settled hours at its time; where nobody ever did, the hour in which we are is filling.
 */
export function stateFinder(
  states: readonly HourState[],
  nowMs: number,
): (hour: string) => HourStateName | 'unsettled' {
  const byHour = new Map(states.map(({ hour, state }) => [hour, state]));
  const first = states[0]?.hour ?? hourAt(nowMs);
  return (hour) => byHour.get(hour) ?? (hour >= first ? 'filling' : 'unsettled');
}
