import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { launch, type Browser, type Page } from 'puppeteer-core';
import axe from 'axe-core';
import { z } from 'zod';
import { processEnvironment } from '../../src/runtime/environment.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Where Chromium is: CHROMIUM, or the first of the usual names on PATH. Throws with what to install. */
export function findChromium(): string {
  const { CHROMIUM: given, PATH: path = '' } = processEnvironment();
  const places = path.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = given ?? places.find(isExecutable);
  if (found === undefined)
    throw new Error('this lane needs a Chromium: apt-get install chromium, or set CHROMIUM to the path of one');
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function openBrowser(): Promise<Browser> {
  // the browser's own sandbox needs rights that containers seldom have; it opens our own pages only
  return launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A screen that somebody has. */
export interface Screen {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

export const screens: readonly Screen[] = (['light', 'dark'] as const).flatMap((scheme) => [
  { name: `desktop-${scheme}`, width: 1280, height: 900, scheme },
  { name: `phone-${scheme}`, width: 390, height: 844, scheme },
]);

/** Opens the page on a screen. `problems` collects what the browser complains about, breaches of the content security policy too. */
export async function openPage(browser: Browser, url: string, screen: Screen, problems: string[] = []): Promise<Page> {
  const page = await browser.newPage();
  page.on('console', (message) => problems.push(`${url.slice(0, 80)}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`${url.slice(0, 80)}: ${String(error)}`));
  page.on('dialog', (dialog) => {
    problems.push(`${url} opened a dialog`);
    void dialog.dismiss();
  });
  await page.setViewport({ width: screen.width, height: screen.height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: screen.scheme }]);
  await page.goto(url, { waitUntil: 'load' });
  return page;
}

const violationsSchema = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

/** What axe-core finds wrong with the page as it is drawn, contrast of colours included. */
export async function drawnProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(`axe.run().then(({ violations }) => JSON.stringify(violations))`);
  const violations = violationsSchema.parse(JSON.parse(String(found)));
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${page.url().slice(0, 80)} ${id}: ${html.slice(0, 160)}`),
  );
}

/** Keeps what the page looks like in `.cache/screenshots`, for people. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = join('.cache', 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
