import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Page } from 'puppeteer-core';
import { findChromium, openBrowser, openPage } from './docs/open-browser.ts';

/** Makes the README's pictures of the monitor: `npm run docs:monitor`. Runs the demo, and needs a Chromium. */

findChromium();
const demo = spawn(process.execPath, ['src/cli.ts', 'demo', '--monitor'], { stdio: ['ignore', 'pipe', 'inherit'] });

let said = '';
demo.setMaxListeners(0);
demo.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
while (!said.includes('until Ctrl-C')) await Promise.race([once(demo.stdout, 'data'), endOfDemo()]);
const [, address = ''] = /monitor: (http:\S+)/.exec(said) ?? [];
const browser = await openBrowser();
for (const scheme of ['light', 'dark'] as const) {
  const page = await openPage(browser, address, { name: scheme, width: 1180, height: 700, scheme });
  // the hour begins with a few readings whose times are broken on purpose: it is to show the fever, and hours that are complete
  while (!(await isTelling(page))) await page.reload({ waitUntil: 'load' });
  await page.screenshot({ path: `docs/images/monitor-${scheme}.png`, optimizeForSpeed: false });
  await page.close();
}
await browser.close();
demo.kill('SIGINT');
await once(demo, 'exit');

async function isTelling(page: Page): Promise<boolean> {
  const text = await page.$eval('main', (main) => main.textContent);
  return !text.includes('Nobody settles') && /patient-0001\s+38/.test(text);
}

async function endOfDemo(): Promise<never> {
  await once(demo, 'exit');
  throw new Error(`the demo ended:\n${said}`);
}
