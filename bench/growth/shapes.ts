import { Draw } from '../kinds/draw.ts';
import { seriesBytes, valueAt, type Series } from './series.ts';

const names = Array.from({ length: 24 }, (_, at) => `f${1000 + at}`);
const present = 12;
const recordBytes = 190;

export const shapes: Series = {
  name: 'shapes',
  about: 'sequences of keys: 12 of 24 fields in an order that the sequence has for itself',
  sizes: [1, 100, 10_000],
  kindAt: (size) => ({
    name: `shapes-${size}`,
    about: '',
    records: Math.round(seriesBytes / recordBytes),
    columns: {},
    textAt: (draw) => {
      const shape = new Draw(draw.seed, -1 - draw.whole(size));
      const keys = shape.shuffled(names).slice(0, present);
      // by its last digit a field has one type in all shapes
      return JSON.stringify(Object.fromEntries(keys.map((key) => [key, valueAt(key.charCodeAt(4), draw)])));
    },
  }),
};
