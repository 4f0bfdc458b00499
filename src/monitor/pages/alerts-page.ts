import { html } from 'hono/html';
import type { Alert } from '../../alerts/alert.ts';
import { hourLabel } from '../data/hour-window.ts';
import type { View } from '../view.ts';
import { ago } from './age.ts';
import { recordText, recordWords, type Html } from '../html.ts';
import { groupPath } from './ward-page.ts';

/** What the page of alerts shows. */
export interface AlertList {
  /** Newest first. */
  readonly alerts: readonly Alert[];
  /** Resolved ones are of so many days. */
  readonly days: number;
  /** What became of the last acknowledgement, in words. */
  readonly notice: string | undefined;
}

type State = Alert['state'];

const sections: readonly { readonly state: State; readonly title: string; readonly none: string }[] = [
  { state: 'raised', title: 'To be seen to', none: 'Nothing waits to be acknowledged.' },
  { state: 'provisional', title: 'Hours that still fill', none: 'No hour that fills is out of range.' },
  { state: 'acknowledged', title: 'Acknowledged', none: 'None is acknowledged and not over.' },
  { state: 'resolved', title: 'Resolved', none: 'None was resolved in these days.' },
];

const shownMax = 100;

/** The alerts of the last days by what is to be done about them, the newest first. */
export function alertsPage(view: View, list: AlertList): Html {
  const byState = Map.groupBy(list.alerts, ({ state }) => state);
  return html`<h1>Alerts</h1>
    ${accessNote(view)} ${list.notice === undefined ? '' : html`<p class="notice" role="status">${list.notice}</p>`}
    <div data-live="alerts">
      ${sections.map(
        ({ state, title, none }) =>
          html`<section class="alerts ${state}">
            <h2>${title} <span class="count">${view.numbers.count(byState.get(state)?.length ?? 0)}</span></h2>
            ${alertTable(view, byState.get(state) ?? [], none)}
          </section>`,
      )}
    </div>
    <p class="note">Resolved alerts are those of the last ${list.days} days.</p>`;
}

function accessNote({ access, base }: View): Html {
  switch (access.kind) {
    case 'read-only':
      return html`<p class="note">Read only: acknowledge with <code>glueless alerts</code>, or set MONITOR_TOKEN.</p>`;
    case 'reader':
      return html`<p><a href="${base}/sign-in">Sign in to acknowledge</a></p>`;
    case 'signed-in':
      return html`<form class="inline" method="post" action="${base}/sign-out">
        <span>Signed in as ${recordText(access.session.name)}</span> <button class="quiet">Sign out</button>
      </form>`;
  }
}

function alertTable(view: View, alerts: readonly Alert[], none: string): Html {
  if (alerts.length === 0) return html`<p class="note">${none}</p>`;
  const left = alerts.length - shownMax;
  return html`<ul class="alert-list">
      ${alerts.slice(0, shownMax).map((alert) => alertItem(view, alert))}
    </ul>
    ${left > 0 ? html`<p class="note">and ${view.numbers.count(left)} more</p>` : ''}`;
}

function alertItem(view: View, alert: Alert): Html {
  const { group, side, mean, samples, lastHour, hour, state } = alert;
  return html`<li>
    <a class="who" href="${view.base}${groupPath(group)}">${recordText(group, 60)}</a>
    <span class="${side}"
      ><strong>${view.numbers.value(mean)}</strong> ${side === 'high' ? 'above' : 'below'} the range</span
    >
    <span class="note">
      mean of ${view.numbers.count(samples)} in
      ${hourLabel(lastHour)}${hour === lastHour ? '' : `, since ${hourLabel(hour)}`}
    </span>
    <span class="note">${historyWords(view, alert)} ${deliveryWords(alert)}</span>
    ${state === 'raised' ? acknowledgeForm(view, alert) : ''}
  </li>`;
}

function historyWords(view: View, alert: Alert): Html {
  const { raisedAt, acknowledgedAt, acknowledgedBy, resolvedAt } = alert;
  const times = [
    { words: 'raised', at: raisedAt },
    { words: 'acknowledged', at: acknowledgedAt },
    { words: 'resolved', at: resolvedAt },
  ];
  return html`${times.map(({ words, at }) =>
    at === undefined
      ? ''
      : html`${words}${words === 'acknowledged' && acknowledgedBy !== undefined ? html` by ${recordText(acknowledgedBy)}` : ''}
        ${ago(Date.parse(at), view)}. `,
  )}`;
}

/** Whether somebody was told: what was not sent is said in words. */
function deliveryWords({ deliveries }: Alert): Html | string {
  const dead = deliveries.filter(({ state }) => state === 'dead');
  const waiting = deliveries.filter(({ state }) => state === 'pending').length;
  if (dead.length > 0)
    return html`<strong class="problem"
      >Not delivered: ${recordWords(dead[0]?.error ?? 'every attempt failed', 200)}</strong
    >`;
  return waiting > 0 ? 'Being delivered.' : '';
}

function acknowledgeForm({ access, base }: View, { id, group }: Alert): Html | string {
  if (access.kind !== 'signed-in') return '';
  return html`<form method="post" action="${base}/alerts/acknowledge">
    <input type="hidden" name="form" value="${access.session.formToken}" />
    <input type="hidden" name="id" value="${id}" />
    <button aria-label="Acknowledge the alert of ${recordWords(group, 60)}">Acknowledge</button>
  </form>`;
}
