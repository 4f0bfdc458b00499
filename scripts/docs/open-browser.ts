import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { launch, type Browser, type Page } from 'puppeteer-core';
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
