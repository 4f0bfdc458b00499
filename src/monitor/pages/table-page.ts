import { html } from 'hono/html';
import { domainOf } from '../charts/hour-chart.ts';
import { smallChart } from '../charts/small-chart.ts';
import type { Answer } from '../data/answer-cache.ts';
import type { TableAnswer } from '../data/monitor-data.ts';
import { hourLabel } from '../data/hour-window.ts';
import type { WardRow } from '../data/ward.ts';
import type { View } from '../view.ts';
import { recordText, recordWords, type Html } from '../html.ts';
import { answerNote, chartLabel, settledNote } from './ward-page.ts';

export interface TableView {
  readonly answer: Answer<TableAnswer>;
  readonly scannedBytes: number | undefined;
}

/** Any table by the hour: mean, minimum and maximum of a chosen number for each value of a chosen key. */
export function tablePage(view: View, { answer, scannedBytes }: TableView): Html {
  const { value: table } = answer;
  const { numbers } = view;
  const domain = domainOf(
    table.rows.map(({ hours }) => hours),
    undefined,
  );
  return html`<h1>${recordText(table.value)} by ${recordText(table.key)}</h1>
    <form class="inline" action="${view.base}/table" method="get">
      ${choice('value', 'Number', table.columns.values, table.value)}
      ${choice('key', 'For each', table.columns.keys, table.key)}
      <button>Show</button>
    </form>
    <p class="note" data-live="note">
      ${hourLabel(table.hours[0] ?? '')} to ${hourLabel(table.hours.at(-1) ?? '')} UTC, the
      ${numbers.count(table.rows.length)} with the most rows. ${settledNote(table)}
      ${answerNote(view, { answer, scannedBytes })}
    </p>
    <div class="scroll wide" tabindex="0" role="region" aria-label="Hours" data-live="table">
      <table>
        <thead>
          <tr>
            <th scope="col">${recordWords(table.key)}</th>
            <th scope="col" class="number">Newest mean</th>
            <th scope="col" class="number">Min</th>
            <th scope="col" class="number">Max</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col">${table.hours.length} hours</th>
          </tr>
        </thead>
        <tbody>
          ${table.rows.map((row) => tableRow(view, row, { table, domain }))}
        </tbody>
      </table>
    </div>
    ${table.rows.length === 0 ? html`<p class="empty">No rows with both in these hours.</p>` : ''}`;
}

function choice(name: string, label: string, options: readonly string[], chosen: string): Html {
  return html`<label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      ${options.map(
        (option) =>
          html`<option value="${option}" ${option === chosen ? html`selected` : ''}>${recordWords(option)}</option>`,
      )}
    </select>`;
}

function tableRow(
  view: View,
  row: WardRow,
  { table, domain }: { readonly table: TableAnswer; readonly domain: readonly [number, number] },
): Html {
  const { numbers } = view;
  const known = row.hours.filter((value) => value !== undefined);
  const { hours, settled } = table;
  const label = chartLabel(view, row);
  return html`<tr>
    <th scope="row">${recordText(row.group, 40)}</th>
    <td class="number">${numbers.value(row.latest.mean)}</td>
    <td class="number">${numbers.value(Math.min(...known.map(({ min }) => min)))}</td>
    <td class="number">${numbers.value(Math.max(...known.map(({ max }) => max)))}</td>
    <td class="number">${numbers.count(known.reduce((sum, { samples }) => sum + samples, 0))}</td>
    <td class="chart-cell">
      ${smallChart({ hours, values: row.hours, band: undefined, filling: settled.filling, domain, label })}
    </td>
  </tr>`;
}
