import { html } from 'hono/html';
import type { ColumnOrigin } from '../pipeline/column-origins.ts';
import { hexDump, type ShownDeadLetter, type DeadLetters } from '../pipeline/dead-letters.ts';
import type { View } from '../view.ts';
import { ago } from './age.ts';
import { recordText, recordWords, type Html } from '../html.ts';

/** The table's columns, and which batch brought each. */
export function columnTable(view: View, columns: readonly ColumnOrigin[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Columns">
    <table>
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Type</th>
          <th scope="col">First in</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        ${columns.map(
          ({ name, type, comment, atMs }) =>
            html`<tr>
              <th scope="row">${recordText(name)}</th>
              <td><code>${recordWords(type, 120)}</code></td>
              <td>${recordWords(comment.replace(/^first in /, ''), 120)}</td>
              <td>${atMs === undefined ? '' : ago(atMs, view)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** How many records could not become rows, why, and the newest of them with their bytes. */
export function deadLetterSection(view: View, deadLetters: DeadLetters | undefined): Html {
  const { reasons, newest } = deadLetters ?? { reasons: [], newest: [] };
  return html`<section class="dead-letters">
    <h2>Dead letters, 7 days</h2>
    ${
      reasons.length === 0
        ? html`<p class="note">None.</p>`
        : html`<ul class="counts">
            ${reasons.map(
              ({ reason, count }) =>
                html`<li><strong>${view.numbers.count(count)}</strong> ${recordWords(reason)}</li>`,
            )}
          </ul>`
    }
    ${newest.map(letterDetails)}
  </section>`;
}

function letterDetails({ partition, offset, time, reason, detail, bytes }: ShownDeadLetter): Html {
  return html`<details>
    <summary>${recordWords(reason)}: partition ${partition}, offset ${offset}, ${recordWords(time)}</summary>
    <p>${recordWords(detail, 500)}</p>
    ${
      bytes === undefined
        ? html`<p class="note">Its value is not kept.</p>`
        : html`<pre tabindex="0">${hexDump(bytes)}</pre>`
    }
  </details>`;
}
