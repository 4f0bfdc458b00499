import type { Draw } from '../kinds/draw.ts';
import { seriesBytes, valueAt, type Series } from './series.ts';

const leaves = 30;
const recordBytes = 600;

export const levels: Series = {
  name: 'levels',
  about: 'levels of structs, each within the one above, with 30 values spread over them',
  sizes: [1, 10, 30],
  kindAt: (size) => ({
    name: `levels-${size}`,
    about: '',
    records: seriesBytes / recordBytes,
    columns: {},
    textAt: (draw) => JSON.stringify(structOf(draw, 0, size)),
  }),
};

function structOf(draw: Draw, level: number, size: number): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (let leaf = level; leaf < leaves; leaf += size) {
    found[`f${10 + leaf}`] = valueAt(leaf, draw);
  }
  if (level + 1 < size) found['in'] = structOf(draw, level + 1, size);
  return found;
}
