import { html } from 'hono/html';
import { scaleLinear, scalePoint } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { Band } from '../data/ward.ts';
import type { HourlyValue } from '../data/hourly-values.ts';
import type { Html } from '../html.ts';
import { oneDecimal, runsOf, type ChartSize } from './chart-size.ts';

/** What a chart of hourly values shows. */
export interface HourChart {
  readonly hours: readonly string[];
  /** A value for each hour; `undefined` is a gap. */
  readonly values: readonly (HourlyValue | undefined)[];
  readonly band: Band | undefined;
  /** Hours whose means may still change. */
  readonly filling: ReadonlySet<string>;
  /** What a screen reader says. */
  readonly label: string;
  /** The range of the vertical axis; left out: as the values need it. */
  readonly domain?: readonly [number, number];
}

interface Point {
  readonly x: number;
  readonly hour: string;
  readonly value: HourlyValue | undefined;
}

/** Where hours and numbers are drawn, by d3's scales. */
export function scalesOf(chart: HourChart, size: ChartSize) {
  const x = scalePoint([...chart.hours], [size.left, size.width - size.right]).padding(0.5);
  const y = scaleLinear(
    [...(chart.domain ?? domainOf([chart.values], chart.band))],
    [size.height - size.bottom, size.top],
  ).clamp(true);
  return { x, y };
}

/** The marks of a chart: band, gaps, range, line, and a dot for every hour that is outside of the band or still filling. */
export function marksOf(chart: HourChart, size: ChartSize): Html {
  const { x, y } = scalesOf(chart, size);
  const points = chart.hours.map((hour, at): Point => ({ hour, x: x(hour) ?? 0, value: chart.values[at] }));
  const isKnown = ({ value }: Point): boolean => value !== undefined;
  const mean = line<Point>()
    .defined(isKnown)
    .digits(1)
    .x((point) => point.x)
    .y(({ value }) => y(value?.mean ?? 0));
  const range = area<Point>()
    .defined(isKnown)
    .digits(1)
    .x((point) => point.x)
    .y0(({ value }) => y(value?.min ?? 0))
    .y1(({ value }) => y(value?.max ?? 0));
  const column = { step: x.step(), size };
  return html`${bandMark(chart.band, y, size)}
    ${runsOf(points, (point) => !isKnown(point)).map((run) => columnMark('gap', run, column))}
    ${runsOf(points, ({ hour }) => chart.filling.has(hour)).map((run) => columnMark('filling', run, column))}
    <path class="range" d="${range(points) ?? ''}"></path>
    <path class="mean" d="${mean(points) ?? ''}"></path>
    ${points.map((point) => dotMark(point, chart, y))}`;
}

function bandMark(band: Band | undefined, y: (value: number) => number, size: ChartSize): Html | string {
  if (band === undefined) return '';
  const [top, bottom] = [oneDecimal(y(band.high)), oneDecimal(y(band.low))];
  return rectangle('band', { x: size.left, y: top, width: size.width - size.left - size.right, height: bottom - top });
}

/** Successive hours, from the top of the chart to its bottom. */
function columnMark(
  name: string,
  run: readonly Point[],
  { step, size }: { readonly step: number; readonly size: ChartSize },
): Html {
  const height = size.height - size.top - size.bottom;
  return rectangle(name, { x: (run[0]?.x ?? 0) - step / 2, y: size.top, width: step * run.length, height });
}

function rectangle(
  name: string,
  at: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Html {
  const [x, y, width, height] = [at.x, at.y, at.width, at.height].map(oneDecimal);
  return html`<rect class="${name}" x="${x}" y="${y}" width="${width}" height="${height}"></rect>`;
}

function dotMark({ x, hour, value }: Point, { band, filling }: HourChart, y: (value: number) => number): Html | string {
  if (value === undefined) return '';
  const side = sideOf(value.mean, band);
  if (side === 'inside' && !filling.has(hour)) return '';
  const at = `M${oneDecimal(x)},${oneDecimal(y(value.mean))}h0`;
  // a line without length is drawn as its round end: a dot that keeps its shape however the chart is stretched
  return html`<path class="dot ${side}" d="${at}"></path>${
      filling.has(hour) ? html`<path class="hole" d="${at}"></path>` : ''
    }`;
}

function sideOf(mean: number, band: Band | undefined): 'high' | 'low' | 'inside' {
  if (band === undefined) return 'inside';
  if (mean > band.high) return 'high';
  return mean < band.low ? 'low' : 'inside';
}

const noValues: readonly [number, number] = [0, 1];

/** Bands beyond the band's ends that are drawn: a reading of 200 must not flatten all others. */
const bandsBeyond = 5;

/** The vertical range that all charts of a page share: band and values, with a little air. */
export function domainOf(
  rows: readonly (readonly (HourlyValue | undefined)[])[],
  band: Band | undefined,
): readonly [number, number] {
  let [low, high] = band === undefined ? [Infinity, -Infinity] : [band.low, band.high];
  for (const value of rows.flat()) {
    low = Math.min(low, value?.min ?? low);
    high = Math.max(high, value?.max ?? high);
  }
  if (low > high) return noValues;
  if (band !== undefined) {
    const reach = (band.high - band.low) * bandsBeyond;
    [low, high] = [Math.max(low, band.low - reach), Math.min(high, band.high + reach)];
  }
  const air = (high - low) * 0.08 || 1;
  return [low - air, high + air];
}
