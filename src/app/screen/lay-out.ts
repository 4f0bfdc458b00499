import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { printable } from '../../runtime/printable.ts';
import { redact } from '../../runtime/redact.ts';
import type { Row, Tone, Words } from './screen.ts';

const gap = '  ';
/** Columns that a row needs for its items at least; a row with fewer is of no use. */
const itemColumnsMin = 8;
const graphemes = new Intl.Segmenter();
const formats = { good: 'green', warning: 'yellow', error: 'red', faint: 'dim' } as const;

/** Makes lines of rows, none wider than `columns`: labels to the left, items beside each other as many as fit. */
export function layOut(rows: readonly Row[], columns: number): string[] {
  const labelColumns = Math.max(0, ...rows.map(({ label }) => stringWidth(label))) + gap.length;
  const itemColumns = Math.max(itemColumnsMin, columns - labelColumns);
  return rows.flatMap(({ label, items }) =>
    flow(items, itemColumns).map((line, index) => {
      const head = index === 0 ? label : '';
      return `${paint(head, 'faint')}${' '.repeat(labelColumns - stringWidth(head))}${line}`;
    }),
  );
}

/** Text as a line of its own, safe to write to a terminal. */
export function lineOf({ text, tone }: Words): string {
  return paint(printable(redact(text)), tone);
}

/** Cuts off what does not fit into the columns, between characters as people see them. */
function clip(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let clipped = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += stringWidth(segment);
    if (width > columns - 1) break;
    clipped += segment;
  }
  return `${clipped}…`;
}

function flow(items: readonly Words[], columns: number): string[] {
  const lines: string[] = [];
  let width = Infinity;
  for (const { text, tone } of items) {
    const shown = clip(printable(redact(text)), columns);
    const fits = width + gap.length + stringWidth(shown) <= columns;
    if (fits) lines.push(`${lines.pop() ?? ''}${gap}${paint(shown, tone)}`);
    else lines.push(paint(shown, tone));
    width = stringWidth(shown) + (fits ? width + gap.length : 0);
  }
  return lines;
}

function paint(text: string, tone: Tone | undefined): string {
  return tone === undefined || text === '' ? text : styleText(formats[tone], text, { validateStream: false });
}
