import { html } from 'hono/html';
import { largeChart } from '../charts/large-chart.ts';
import { hourLabel } from '../data/hour-window.ts';
import type { HourlyValue } from '../data/hourly-values.ts';
import type { Reading } from '../data/readings.ts';
import { distanceFrom } from '../data/ward.ts';
import type { View } from '../view.ts';
import { recordText, recordWords, type Html } from '../html.ts';
import { answerNote, chartLabel, groupPath, settledNote, type Ward } from './ward-page.ts';

/** What a patient's page shows. */
export interface Patient extends Pick<Ward, 'answer' | 'scannedBytes' | 'settled' | 'band'> {
  readonly group: string;
  readonly hours: readonly string[];
  readonly values: readonly (HourlyValue | undefined)[];
  /** The newest readings, the newest first. */
  readonly readings: readonly Reading[];
}

export const historyHours = [24, 72, 168, 720] as const;

const historyWords: Readonly<Record<(typeof historyHours)[number], string>> = {
  24: '24 hours',
  72: '3 days',
  168: '7 days',
  720: '30 days',
};

/** A patient's history: the chart, its hours as a table, and the newest readings. */
export function patientPage(view: View, patient: Patient): Html {
  const { group, hours, values, band } = patient;
  const { filling } = patient.settled;
  return html`<h1>${recordText(group, 12_000)}</h1>
    <nav class="choice" aria-label="Length of the history">
      <ul>
        ${historyHours.map(
          (count) =>
            html`<li>
              <a
                href="${view.base}${groupPath(group)}&hours=${count}"
                ${count === hours.length ? html`aria-current="true"` : ''}
                >${historyWords[count]}</a
              >
            </li>`,
        )}
      </ul>
    </nav>
    <figure data-live="chart">
      ${largeChart({ hours, values, band, filling, label: chartLabel(view, { hours: values }) }, view.numbers)}
      <figcaption>
        Mean of each hour, minimum to maximum behind it; shaded: ${view.numbers.value(band.low, 1)} to
        ${view.numbers.value(band.high, 1)} °C. Grey hours have no readings, outlined ones are not complete.
        ${settledNote(patient)} ${answerNote(view, patient)}
      </figcaption>
    </figure>
    <div class="columns">
      <section>
        <h2 id="by-hour">Hours</h2>
        <div class="scroll" tabindex="0" role="region" aria-labelledby="by-hour">${hourTable(view, patient)}</div>
      </section>
      <section>
        <h2 id="readings">Newest readings</h2>
        <div class="scroll" tabindex="0" role="region" aria-labelledby="readings">${readingTable(view, patient)}</div>
      </section>
    </div>`;
}

function hourTable(view: View, { hours, values, band, settled: { filling } }: Patient): Html {
  const rows = hours.map((hour, at) => ({ hour, value: values[at] })).toReversed();
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Hour (UTC)</th>
        <th scope="col" class="number">Mean</th>
        <th scope="col" class="number">Min</th>
        <th scope="col" class="number">Max</th>
        <th scope="col" class="number">Readings</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(({ hour, value }) =>
        value === undefined
          ? html`<tr class="gap">
              <th scope="row">${hourLabel(hour).slice(5)}</th>
              <td colspan="4">no readings</td>
            </tr>`
          : html`<tr class="${distanceFrom(value.mean, band) > 0 ? 'outside' : ''}">
              <th scope="row">${hourLabel(hour).slice(5)}${filling.has(hour) ? html` <em>so far</em>` : ''}</th>
              <td class="number">${view.numbers.value(value.mean)}</td>
              <td class="number">${view.numbers.value(value.min, 1)}</td>
              <td class="number">${view.numbers.value(value.max, 1)}</td>
              <td class="number">${view.numbers.count(value.samples)}</td>
            </tr>`,
      )}
    </tbody>
  </table>`;
}

function readingTable(view: View, { readings, band }: Patient): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Time (UTC)</th>
        <th scope="col" class="number">°C</th>
        <th scope="col">Device</th>
      </tr>
    </thead>
    <tbody>
      ${readings.map(
        ({ time, value, device }) =>
          html`<tr class="${distanceFrom(value, band) > 0 ? 'outside' : ''}">
            <th scope="row">${recordWords(time.slice(0, 19).replace('T', ' '))}</th>
            <td class="number">${view.numbers.value(value, 1)}</td>
            <td>${recordText(device ?? '', 40)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
