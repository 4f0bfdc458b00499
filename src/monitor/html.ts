import { html } from 'hono/html';
import { printable } from '../runtime/printable.ts';

/** HTML in which every value was escaped, by the template that it stands in. */
export type Html = ReturnType<typeof html>;

const shownMax = 80;

/**
 * A text of a record: what would turn the writing around or break the line is shown as `\u202e`, and it is kept apart from the words
 * around it. Longer than `max` it is cut.
 */
export function recordText(text: string, max = shownMax): Html {
  return html`<bdi>${recordWords(text, max)}</bdi>`;
}

/** The same for an attribute or a title. */
export function recordWords(text: string, max = shownMax): string {
  return printable(text.length > max ? `${text.slice(0, max).toWellFormed()}…` : text);
}
