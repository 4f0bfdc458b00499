import { html } from 'hono/html';
import { msPerHour, msPerMinute } from '../../runtime/duration.ts';
import type { View } from '../view.ts';
import type { Html } from '../html.ts';

const msPerDay = 24 * msPerHour;

/** How long something takes or is ago, in one unit: `42 s`, `7 min`, `3 h`, `12 d`. */
export function durationWords(ms: number, { numbers }: Pick<View, 'numbers'>): string {
  const steps = [
    { unit: 'd', ms: msPerDay * 2, per: msPerDay },
    { unit: 'h', ms: msPerHour * 2, per: msPerHour },
    { unit: 'min', ms: msPerMinute * 2, per: msPerMinute },
    { unit: 's', ms: 0, per: 1000 },
  ];
  const step = steps.find((each) => Math.abs(ms) >= each.ms);
  return `${numbers.count(Math.round(ms / (step?.per ?? 1000)))} ${step?.unit ?? 's'}`;
}

/** A moment, as how long ago it is; the moment itself is there for machines and on hover. */
export function ago(timeMs: number, view: View): Html {
  const time = new Date(timeMs).toISOString();
  return html`<time datetime="${time}" title="${time}">${durationWords(view.nowMs - timeMs, view)} ago</time>`;
}
