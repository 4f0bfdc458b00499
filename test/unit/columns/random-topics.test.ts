import { describe, expect, it } from 'vitest';
import { slicesOf } from '../../support/chunks.ts';
import { differenceBetween, readBothWays } from '../../support/both-ways.ts';
import { testRecipe } from '../../support/lake.ts';
import { randomBatch } from '../../support/random-batch.ts';

const seed = 20_261_126;
const recordsMax = 400;

/** Batches of the long lane, few and small. */
const indexes = Array.from({ length: 40 }, (_, index) => index);

describe('records of random topics', () => {
  it('give the same columns, and the same bytes of Parquet files, by the scanner and by JSON.parse', async () => {
    const found: string[] = [];
    for (const index of indexes) {
      const batch = randomBatch(seed, index, recordsMax);
      using both = await readBothWays(batch);
      const difference = await differenceBetween(both, batch);
      if (difference !== undefined) found.push(`batch ${index}: ${difference}`);
    }
    expect(found).toEqual([]);
  });

  it('are of many kinds: both ways are taken, values rescued, records rejected, arrays shredded', async () => {
    const counts = { scanned: 0, parsed: 0, rejected: 0, rescued: 0, leaves: 0 };
    for (const index of indexes) {
      using both = await readBothWays(randomBatch(seed, index, recordsMax));
      const { reading, rejects, rescued, columns } = both.scanned;
      counts.scanned += reading.scanned;
      for (const count of reading.parsed.values()) counts.parsed += count;
      counts.rejected += rejects.length;
      counts.rescued += rescued.size;
      counts.leaves += columns.filter(({ store }) => store.kind === 'nested' && store.leaves !== undefined).length;
    }
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
  });

  it('are told apart where one value is another, or one that only the file has of an array', async () => {
    const slices = slicesOf(Array.from({ length: 20 }, (_, n) => ({ value: `{"n":${n},"list":[${n},null]}` })));
    const batch = { records: 20, slices, recipe: testRecipe };
    using both = await readBothWays(batch);
    expect(await differenceBetween(both, batch)).toBeUndefined();
    const [numbers, list] = both.scanned.columns.map(({ store }) => store);
    if (list?.kind !== 'nested' || list.leaves?.leaves[0] === undefined) throw new Error('no leaves');
    const { definitions } = list.leaves.leaves[0].levels();
    definitions[1] = 3;
    definitions[2] = 2;
    expect(await differenceBetween(both, batch)).toBe('the bytes of object 0');
    if (numbers?.kind === 'numbers') numbers.values[7] = 8;
    expect(await differenceBetween(both, batch)).toBe('column n: row 7: 7 against 8');
  });
});
