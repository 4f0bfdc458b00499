import { hourAt } from '../../hours/hour-state.ts';
import { msPerHour } from '../../runtime/duration.ts';

/** Successive hours, oldest first, each as the Hive partition writes it: `2026-11-23T09`, UTC. */
export interface HourWindow {
  readonly hours: readonly string[];
}

/** The `count` hours that end with the one in which `endMs` lies. */
export function windowEndingAt(endMs: number, count: number): HourWindow {
  const last = Math.floor(endMs / msPerHour);
  return { hours: Array.from({ length: count }, (_, at) => hourAt((last - count + 1 + at) * msPerHour)) };
}

/** `2026-11-23 09:00`, as people read it. */
export function hourLabel(hour: string): string {
  return `${hour.replace('T', ' ')}:00`;
}
