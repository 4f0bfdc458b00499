import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import axe from 'axe-core';
import { z } from 'zod';
import type { Screen } from '../../scripts/docs/open-browser.ts';

export const screens: readonly Screen[] = (['light', 'dark'] as const).flatMap((scheme) => [
  { name: `desktop-${scheme}`, width: 1280, height: 900, scheme },
  { name: `phone-${scheme}`, width: 390, height: 844, scheme },
]);

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
