import { html } from 'hono/html';
import { domainOf } from '../charts/hour-chart.ts';
import { smallChart } from '../charts/small-chart.ts';
import { hourLabel } from '../data/hour-window.ts';
import type { SettledHours } from '../data/hour-states.ts';
import type { Band, Urgency, WardRow } from '../data/ward.ts';
import type { Answer } from '../data/answer-cache.ts';
import type { View } from '../view.ts';
import { ago } from './age.ts';
import { recordText, recordWords, type Html } from '../html.ts';
import { pageLinks, type PageOf } from './page-links.ts';

/** What the overview shows. */
export interface Ward {
  readonly hours: readonly string[];
  readonly band: Band;
  readonly settled: SettledHours;
  readonly search: string;
  /** How many rows of all there are by urgency, whatever is searched for. */
  readonly counts: ReadonlyMap<Urgency, number>;
  readonly rows: PageOf<WardRow>;
  readonly answer: Pick<Answer<unknown>, 'askedAtMs' | 'problem'>;
  /** Bytes that the query scanned, where the engine tells. */
  readonly scannedBytes: number | undefined;
}

const urgencyWords: Readonly<Record<Urgency, string>> = {
  outside: 'out of range',
  silent: 'no readings',
  'was-outside': 'out of range earlier',
  inside: 'in range',
};

/** The address of a group's own page, below the base. */
export function groupPath(group: string): string {
  return `/patient?id=${encodeURIComponent(group.toWellFormed())}`;
}

/** The overview: a small chart for every patient, the most urgent first. */
export function wardPage(view: View, ward: Ward): Html {
  const { rows, hours, band, search } = ward;
  const domain = domainOf(
    rows.shown.map((row) => row.hours),
    band,
  );
  return html`<h1>Ward</h1>
    <div class="bar">
      <ul class="counts" data-live="counts">
        ${[...ward.counts].map(
          ([urgency, count]) =>
            html`<li class="${urgency}"><strong>${view.numbers.count(count)}</strong> ${urgencyWords[urgency]}</li>`,
        )}
      </ul>
      <form role="search" action="${view.base}/" method="get">
        <label for="q">Find a patient</label>
        <input id="q" name="q" type="search" value="${search}" maxlength="200" autocomplete="off" />
        <button>Search</button>
      </form>
    </div>
    <p class="note" data-live="note">
      Hourly means, ${hourLabel(hours[0] ?? '')} to ${hourLabel(hours.at(-1) ?? '')} UTC. Shaded:
      ${view.numbers.value(band.low, 1)} to ${view.numbers.value(band.high, 1)} °C. ${settledNote(ward)}
      ${answerNote(view, ward)}
    </p>
    <ul class="ward" data-live="ward">
      ${rows.shown.map((row) => card(view, row, { ward, domain }))}
    </ul>
    ${rows.shown.length === 0 ? html`<p class="empty">${emptyWords(ward)}</p>` : ''}
    ${pageLinks(view, rows, { q: search })}`;
}

/** How old the numbers are, what they cost, and what went wrong when they were last asked for. */
export function answerNote(view: View, { answer, scannedBytes }: Pick<Ward, 'answer' | 'scannedBytes'>): Html {
  return html`Read
  ${ago(answer.askedAtMs, view)}${scannedBytes === undefined ? '' : `, ${view.numbers.bytes(scannedBytes)} scanned`}.
  ${answer.problem === undefined ? '' : html`<strong class="problem">Not up to date: ${recordWords(answer.problem, 300)}</strong>`}`;
}

/** What is known of the hours: late rows, or that nobody tells when an hour is complete. */
export function settledNote({ settled: { isProven, reopened } }: Pick<Ward, 'settled'>): string {
  if (!isProven) return 'Nobody settles this table’s hours: the newest may lack readings.';
  return reopened.size === 0 ? '' : `Late readings came for ${[...reopened].map(hourLabel).join(', ')}.`;
}

function emptyWords({ search, hours }: Ward): string {
  return search === '' ? `No readings in these ${hours.length} hours.` : 'No patient with this in the name.';
}

interface Shared {
  readonly ward: Ward;
  readonly domain: readonly [number, number];
}

function card(view: View, row: WardRow, { ward: { hours, band, settled }, domain }: Shared): Html {
  const { group, latest, urgency } = row;
  const { filling } = settled;
  const isFilling = filling.has(latest.hour);
  return html`<li class="${urgency}">
    <a href="${view.base}${groupPath(group)}">
      <span class="who">${recordText(group, 40)}</span>
      <span class="number">
        <strong>${view.numbers.value(latest.mean, 1)}</strong> °C${isFilling ? html` <em>so far</em>` : ''}
      </span>
      <span class="state">${urgencyWords[urgency]} · ${hourLabel(latest.hour).slice(11)}</span>
      ${smallChart({ hours, values: row.hours, band, filling, domain, label: chartLabel(view, row) })}
    </a>
  </li>`;
}

/** The chart in words: what it ends with, its range, and its gaps. */
export function chartLabel({ numbers }: View, { hours }: Pick<WardRow, 'hours'>): string {
  const values = hours.filter((value) => value !== undefined);
  const gaps = hours.length - values.length;
  const [low, high] = [Math.min(...values.map(({ mean }) => mean)), Math.max(...values.map(({ mean }) => mean))];
  return `Hourly means of ${hours.length} hours, ${numbers.value(low, 1)} to ${numbers.value(high, 1)}${gaps === 0 ? '' : `, ${gaps} without readings`}`;
}
