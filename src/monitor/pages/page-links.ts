import { html } from 'hono/html';
import type { View } from '../view.ts';
import type { Html } from '../html.ts';

/** One page of a long list; pages are counted from 1. */
export interface PageOf<Item> {
  readonly shown: readonly Item[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** Cuts the page out of the list; a number beyond the last page means the last one. */
export function pageOf<Item>(items: readonly Item[], asked: number, perPage: number): PageOf<Item> {
  const pages = Math.max(1, Math.ceil(items.length / perPage));
  const page = Math.min(Math.max(1, asked), pages);
  return { shown: items.slice((page - 1) * perPage, page * perPage), total: items.length, page, pages };
}

/** Links to the pages before and behind; nothing where all is on one page. */
export function pageLinks(
  { base, numbers }: View,
  { page, pages, total }: PageOf<unknown>,
  query: Readonly<Record<string, string>>,
): Html | string {
  if (pages === 1) return '';
  const link = (to: number, words: string, rel: string): Html | string =>
    to < 1 || to > pages
      ? ''
      : html`<a rel="${rel}" href="${base}/?${new URLSearchParams({ ...query, page: String(to) }).toString()}"
          >${words}</a
        >`;
  return html`<nav class="pages" aria-label="More patients">
    ${link(page - 1, 'Previous', 'prev')}
    <span>Page ${numbers.count(page)} of ${numbers.count(pages)}, ${numbers.count(total)} patients</span>
    ${link(page + 1, 'Next', 'next')}
  </nav>`;
}
