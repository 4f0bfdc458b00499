import axe from 'axe-core';
import { JSDOM } from 'jsdom';
import { z } from 'zod';

const resultSchema = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

/** What axe-core finds wrong with the page, a line each. Colours it can judge in a browser only. */
export async function accessibilityProblems(html: string): Promise<string[]> {
  const { window } = new JSDOM(html, { runScripts: 'outside-only', pretendToBeVisual: true });
  window.eval(axe.source);
  const result = await window.eval(`axe.run({ rules: { 'color-contrast': { enabled: false } } })`);
  window.close();
  const { violations } = resultSchema.parse(JSON.parse(JSON.stringify(result)));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
}

/** The page's document as scripts see it: `ask` is an expression about `document`. */
export function askDocument(html: string, ask: string): unknown {
  const { window } = new JSDOM(html, { runScripts: 'outside-only' });
  try {
    return JSON.parse(String(window.eval(`JSON.stringify(${ask})`)));
  } finally {
    window.close();
  }
}
