import { html } from 'hono/html';
import { largeChart } from '../charts/large-chart.ts';
import { windowEndingAt } from '../data/hour-window.ts';
import { figureHours, type PipelineFigures } from '../pipeline/pipeline-data.ts';
import type { View } from '../view.ts';
import { ago } from './age.ts';
import type { Html } from '../html.ts';

/** Records by hour, batches by reason, files, and what each Kafka partition did last. */
export function batchSections(view: View, { batches, service }: PipelineFigures): Html {
  const { numbers } = view;
  const { files } = batches;
  return html`<figure data-live="throughput">
      ${throughputChart(view, batches.byHour)}
      <figcaption>Records committed in each hour (UTC). The last hour is not over.</figcaption>
    </figure>
    <div class="columns" data-live="batches">
      <section>
        <h2>Batches by reason, 24 hours</h2>
        ${pairs([...batches.reasons.map(({ reason, batches: count }) => [reason, numbers.count(count)] as const), ['all', numbers.count(batches.batches)]])}
      </section>
      <section>
        <h2>Files, 24 hours</h2>
        ${pairs([
          ['files', numbers.count(files.count)],
          ['together', numbers.bytes(files.bytes)],
          ['smallest', numbers.bytes(files.smallest)],
          ['middle', numbers.bytes(files.middle)],
          ['largest', numbers.bytes(files.largest)],
        ])}
      </section>
      <section>
        <h2>Kafka partitions, 24 hours</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col" class="number">Records</th>
              <th scope="col">Last commit</th>
            </tr>
          </thead>
          <tbody>
            ${batches.partitions.map(
              ({ partition, records, newestCommitMs }) =>
                html`<tr>
                  <th scope="row">${partition}</th>
                  <td class="number">${numbers.count(records)}</td>
                  <td>${ago(newestCommitMs, view)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </section>
      ${
        service === undefined || service.requests.length === 0
          ? ''
          : html`<section>
              <h2>Requests to AWS</h2>
              ${pairs(service.requests.slice(0, 12).map((each) => [`${each.service} ${each.operation}`, numbers.count(each.count)]))}
            </section>`
      }
    </div>`;
}

function throughputChart(view: View, byHour: ReadonlyMap<string, number>): Html {
  const { hours } = windowEndingAt(view.nowMs, figureHours);
  const values = hours.map((hour) => {
    const records = byHour.get(hour) ?? 0;
    return { group: '', hour, mean: records, min: 0, max: records, samples: records };
  });
  const most = Math.max(1, ...values.map(({ max }) => max));
  const label = `Records in each of the last ${figureHours} hours, at most ${view.numbers.count(most)}`;
  const filling = new Set(hours.slice(-1));
  return largeChart({ hours, values, band: undefined, filling, label, domain: [0, most * 1.05] }, view.numbers);
}

/** A table of names and numbers. */
function pairs(rows: readonly (readonly [string, string])[]): Html {
  return html`<table>
    <tbody>
      ${rows.map(
        ([name, number]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td class="number">${number}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
