import { describe, expect, it } from 'vitest';
import { formatType, parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { openIcebergLake, type IcebergTestLake } from '../../support/iceberg-lake.ts';
import { commitRows, createIcebergTools } from '../../support/iceberg-service.ts';
import { audit, readRows, testTable, testTopic } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

/** Makes the table as another engine does, with narrow numbers. */
async function openNarrow(columns: string): Promise<IcebergTestLake> {
  const lake = await openIcebergLake();
  await lake.catalog.create({
    name: testTable,
    columns: parseColumns(`${columns}, kafka_partition int, kafka_offset bigint, kafka_timestamp timestamp`),
    partitionKeys: parseColumns('event_date string, event_hour string'),
    location: lake.store.uri(`${testTable}/`),
    parameters: { 'glueless.topic': testTopic },
  });
  return lake;
}

async function write(lake: IcebergTestLake, batches: readonly object[][], recipe: Partial<Recipe> = {}) {
  const tools = createIcebergTools(lake, {}, { recipe });
  await tools.writer.refresh();
  await writeBatches(
    tools,
    batches.map((batch) => jsonRecords(...batch)),
  );
  await commitRows(lake);
}

async function columnsOf({ catalog }: IcebergTestLake): Promise<string[]> {
  const { columns = [] } = (await catalog.load(testTable)) ?? {};
  return columns
    .map(({ name, type }) => `${name} ${formatType(type)}`)
    .filter((column) => !column.startsWith('kafka_'));
}

describe('a column of numbers in an Iceberg table, made narrow by another engine', () => {
  it.each(['double', 'split'] as const)(
    'becomes wide enough for what comes, numbers inferred as %s',
    async (numbers) => {
      const lake = await openNarrow('n int, f float, place struct<floor:int>, list array<int>');
      const small = { n: 1, f: 0.5, place: { floor: 2 }, list: [3] };
      const large = { n: 3_000_000_000, f: 36.8, place: { floor: 3_000_000_001 }, list: [4, 3_000_000_002] };
      await write(lake, [[small], [large, small]], { numbers });
      expect(await columnsOf(lake)).toEqual([
        'n bigint',
        'f double',
        'place struct<floor:bigint>',
        'list array<bigint>',
      ]);
      const rows = (await readRows(lake)).map(({ n, f, place, list }) => ({ n, f, place, list }));
      const wide = { n: BigInt(small.n), f: 0.5, place: { floor: 2n }, list: [3n] };
      expect(rows).toEqual([
        small,
        { n: 3_000_000_000n, f: 36.8, place: { floor: 3_000_000_001n }, list: [4n, 3_000_000_002n] },
        wide,
      ]);
      expect((await audit(lake, undefined, { iceberg: lake.iceberg })).findings).toEqual([]);
    },
  );

  it('takes integers beyond what a double tells', async () => {
    const lake = await openNarrow('n int');
    await write(lake, [[{ n: 1 }, { n: JSON.rawJSON('9007199254740993') }]]);
    expect(await columnsOf(lake)).toEqual(['n bigint']);
    expect((await readRows(lake)).map(({ n }) => n)).toEqual([1n, 9007199254740993n]);
  });

  it('leaves fractions and words to a column beside it: Iceberg makes no fraction of an integer', async () => {
    const lake = await openNarrow('n int, place struct<floor:int>');
    await write(lake, [[{ n: 1.5, place: { floor: 2.5 } }, { n: 'x' }, { n: 7 }]]);
    expect(await columnsOf(lake)).toEqual([
      'n int',
      'place struct<floor:int,floor_double:double>',
      'n_double double',
      'n_string string',
    ]);
  });

  it.each(['new-names', 'none'] as const)('stays as it is where the table may not grow so: %s', async (growth) => {
    const lake = await openNarrow('n int, place struct<floor:int>, _rescued string');
    await write(lake, [[{ n: 3_000_000_000, place: { floor: 1 } }]], { growth });
    expect(await columnsOf(lake)).toEqual(['n int', 'place struct<floor:int>', '_rescued string']);
    expect((await readRows(lake)).map(({ _rescued: rescued }) => rescued)).toEqual(['{"/n":3000000000}']);
  });

  it('is widened by one of two members, and taken as it is by the other', async () => {
    const lake = await openNarrow('n int');
    const late = createIcebergTools(lake);
    await late.writer.refresh();
    await write(lake, [[{ n: 3_000_000_000 }]]);
    await writeBatches(late, [jsonRecords({ n: 3_000_000_000 }), jsonRecords({ n: 5 }, { n: 4_000_000_000 })]);
    await commitRows(lake);
    expect(await columnsOf(lake)).toEqual(['n bigint']);
    expect((await readRows(lake)).map(({ n }) => n)).toEqual([3_000_000_000n, 5n, 4_000_000_000n]);
  });
});
