import type { Draw } from '../kinds/draw.ts';
import { seriesBytes, valueAt, type Series } from './series.ts';

const fieldBytes = 15;

export const fields: Series = {
  name: 'fields',
  about: 'fields of a record, half of them numbers and half strings with 50 values',
  sizes: [10, 100, 1000],
  kindAt: (size) => ({
    name: `fields-${size}`,
    about: '',
    records: seriesBytes / (size * fieldBytes),
    columns: {},
    textAt: (draw) => JSON.stringify(recordOf(draw, size)),
  }),
};

function recordOf(draw: Draw, size: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: size }, (_, at) => [`f${1000 + at}`, valueAt(at, draw)]));
}
