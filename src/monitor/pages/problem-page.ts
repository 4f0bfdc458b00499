import { html } from 'hono/html';
import { recordWords } from '../html.ts';
import type { Page } from './layout.ts';

const shownMax = 1000;

/** A page that says why there is no other. */
export function problemPage(title: string, ...reasons: readonly string[]): Page {
  const main = html`<h1>${title}</h1>
    ${reasons.map((reason) => html`<p>${recordWords(reason, shownMax)}</p>`)}`;
  return { title, name: undefined, main };
}
