import { html } from 'hono/html';
import { hourLabel } from '../data/hour-window.ts';
import type { Html } from '../html.ts';
import type { Numbers } from '../locale.ts';
import { oneDecimal, type ChartSize } from './chart-size.ts';
import { marksOf, scalesOf, type HourChart } from './hour-chart.ts';

const size: ChartSize = { width: 900, height: 300, left: 64, right: 12, top: 10, bottom: 32 };
const ticksMax = 6;

export function largeChart(chart: HourChart, numbers: Numbers): Html {
  const { x, y } = scalesOf(chart, size);
  const ticks = y.ticks(ticksMax);
  const decimals = Math.min(3, Math.max(0, -Math.floor(Math.log10((ticks[1] ?? 1) - (ticks[0] ?? 0)))));
  const write = (tick: number) => (decimals === 0 ? numbers.short(tick) : numbers.value(tick, decimals));
  return html`<svg
    class="chart large"
    role="img"
    aria-label="${chart.label}"
    viewBox="0 0 ${size.width} ${size.height}"
  >
    <g class="axis" aria-hidden="true">
      ${ticks.map(
        (tick) =>
          html`<line x1="${size.left}" x2="${size.width - size.right}" y1="${y(tick)}" y2="${y(tick)}"></line>
            <text x="${size.left - 8}" y="${y(tick)}" dy="0.32em" text-anchor="end">${write(tick)}</text>`,
      )}
      ${labelledHours(chart.hours).map(
        ({ hour, label }, at) =>
          html`<text
            class="${at % 2 === 0 ? 'major' : 'minor'}"
            x="${oneDecimal(x(hour) ?? 0)}"
            y="${size.height - 8}"
            text-anchor="middle"
            >${label}</text
          >`,
      )}
    </g>
    ${marksOf(chart, size)}
  </svg>`;
}

/** Hours that get a label, about eight of them: days where the window is long, hours where it is short. */
function labelledHours(hours: readonly string[]): { readonly hour: string; readonly label: string }[] {
  const every = Math.max(1, Math.round(hours.length / 8));
  const isLong = hours.length > 48;
  const days = hours.filter((hour) => hour.endsWith('T00'));
  const chosen = isLong
    ? days.filter((_, at) => at % Math.max(1, Math.round(days.length / 8)) === 0)
    : hours.filter((hour) => Number(hour.slice(-2)) % every === 0);
  return chosen.map((hour) => ({ hour, label: isLong ? hour.slice(5, 10) : hourLabel(hour).slice(11) }));
}
