import { html } from 'hono/html';
import type { Html } from '../html.ts';
import type { ChartSize } from './chart-size.ts';
import { marksOf, type HourChart } from './hour-chart.ts';

const size: ChartSize = { width: 260, height: 64, left: 0, right: 0, top: 2, bottom: 2 };

/** A chart without axes, for a list of many. */
export function smallChart(chart: HourChart): Html {
  return html`<svg
    class="chart"
    role="img"
    aria-label="${chart.label}"
    viewBox="0 0 ${size.width} ${size.height}"
    preserveAspectRatio="none"
  >
    ${marksOf(chart, size)}
  </svg>`;
}
