import type { Draw } from '../../../bench/kinds/draw.ts';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { formatType } from '../../../src/schema/types/hive-ddl.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { testRecipe } from '../lake.ts';

const names = ['a', 'at', 'b', 'x', 'id', 'value', 'text', 'list', 'tags', 'n', 'part', 'meta', 'f1', 'f2', 'before'];
const scalars = [
  'double',
  'double',
  'string',
  'string',
  'bigint',
  'bigint',
  'timestamp',
  'date',
  'boolean',
  'int',
  'smallint',
  'tinyint',
  'float',
] as const;

function randomType(draw: Draw, depth: number): ColumnType {
  const kind = draw.whole(depth === 0 ? 9 : 14);
  if (kind === 0) return { kind: 'decimal', precision: 10, scale: 2 };
  if (kind < 9) return { kind: draw.pick(scalars) };
  if (kind < 11) return { kind: 'array', element: randomType(draw, depth - 1) };
  if (kind === 11) return { kind: 'map', value: randomType(draw, depth - 1) };
  const fields = draw.shuffled(names).slice(0, 1 + draw.whole(6));
  return { kind: 'struct', fields: fields.map((name) => ({ name, type: randomType(draw, depth - 1) })) };
}

/** Chooses what a recipe may say, and types of columns to come. */
export function randomRecipe(draw: Draw): Recipe {
  const hinted = draw.isTrue(0.5) ? [] : draw.shuffled(names).slice(0, draw.whole(6));
  return {
    ...testRecipe,
    placement: {
      layout: draw.pick(['none', 'none', 'day', 'hour'] as const),
      eventTimeField: draw.pick(['at', 'at', 'id', 'meta.time', 'part.x', 'x.y']),
      eventTimeUnit: draw.pick(['auto', 'auto', 's', 'ms'] as const),
      pastDaysMax: 30,
      futureDaysMax: 1,
    },
    fields: draw.isTrue(0.9) ? { deny: [], rename: [] } : { deny: ['a'], rename: [['b', 'x']] },
    numbers: draw.isTrue(0.7) ? 'double' : 'split',
    ...(draw.isTrue(0.3) && { widensNumbers: true }),
    depthMax: draw.pick([2, 4, 8, 8, 16]),
    recordBytesMax: draw.pick([200, 10_000, 100_000, 2_000_000]),
    columnsMax: draw.pick([3, 20, 100, 500, 2000]),
    growth: draw.pick(['all', 'all', 'all', 'new-names', 'none'] as const),
    hints: hinted.map((name) => `${name} ${formatType(randomType(draw, 2))}`).join(', '),
  };
}
