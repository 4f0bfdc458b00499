import { html, raw } from 'hono/html';
import type { View } from '../view.ts';
import type { Html } from '../html.ts';

export type PageName = 'ward' | 'alerts' | 'table' | 'pipeline';

export interface Page {
  readonly title: string;
  /** The page of the navigation that this one belongs to. */
  readonly name: PageName | undefined;
  readonly main: Html;
}

const navigation: readonly { readonly name: PageName; readonly path: string; readonly label: string }[] = [
  { name: 'ward', path: '/', label: 'Ward' },
  { name: 'alerts', path: '/alerts', label: 'Alerts' },
  { name: 'pipeline', path: '/pipeline', label: 'Pipeline' },
  { name: 'table', path: '/table', label: 'Table' },
];

/**
 * The element of a script; its path is a part of a URL, in which nothing needs escaping. No part of a tagged template: the bundler rewrites one
 * that holds the end of a script by a package that is not installed.
 */
function moduleScript(path: string): Html {
  return raw(`<script type="module" src="${path}"></script>`);
}

/** A whole page: its head, the navigation and its contents. */
export function layout(view: View, { title, name, main }: Page): Html {
  const { base, assets, table } = view;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} · ${table} · Glueless</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href="${base}/style-${assets}.css" />
        <link rel="icon" type="image/svg+xml" href="${base}/icon-${assets}.svg" />
        ${moduleScript(`${base}/live-${assets}.js`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <a class="name" href="${base}/">Glueless</a>
          <nav aria-label="Pages">
            <ul>
              ${navigation.map(
                (each) =>
                  html`<li>
                    <a href="${base}${each.path}" ${each.name === name ? html`aria-current="page"` : ''}
                      >${each.label}</a
                    >
                  </li>`,
              )}
            </ul>
          </nav>
          <p class="table-name">${table}</p>
        </header>
        <noscript><p class="note">Load the page again for newer numbers.</p></noscript>
        <main id="main" tabindex="-1">${main}</main>
      </body>
    </html>`;
}
