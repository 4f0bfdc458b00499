import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { AuditedLake } from '../../support/audited-lake.ts';
import { createTestTools, testTable } from '../../support/lake.ts';

type Change = (lake: AuditedLake) => Promise<unknown>;

/** Rewrites the registration of the table's first partition. */
async function editPartition(
  lake: AuditedLake,
  edit: (partition: { values: string[]; location: string }) => unknown,
): Promise<void> {
  const [path = ''] = await lake.catalogPartitions();
  await writeFile(path, JSON.stringify(edit(JSON.parse(await readFile(path, 'utf8')))));
}

/** Registers one more partition, as a copy of the first one that was changed. */
async function addPartition(
  lake: AuditedLake,
  edit: (partition: { values: string[]; location: string }) => unknown,
): Promise<void> {
  const [path = ''] = await lake.catalogPartitions();
  const added = join(dirname(path), 'added.json');
  await copyFile(path, added);
  await writeFile(added, JSON.stringify(edit(JSON.parse(await readFile(path, 'utf8')))));
}

const retype: Change = (lake) =>
  lake.editTable(testTable, (table) => ({
    ...table,
    columns: table.columns.map((column) => (column['name'] === 'n' ? { ...column, type: 'string' } : column)),
  }));

const dropColumn: Change = (lake) =>
  lake.editTable(testTable, (table) => ({ ...table, columns: table.columns.filter(({ name }) => name !== 'n') }));

/** What is changed, what the audit calls it, and whether `--repair` mends it. */
const changes: readonly (readonly [string, Change, readonly string[], 'mended' | 'left'])[] = [
  [
    'a partition dropped',
    async (lake) => rm((await lake.catalogPartitions())[0] ?? ''),
    ['partition-unregistered'],
    'mended',
  ],
  [
    'a partition at another folder',
    (lake) =>
      editPartition(lake, (each) => ({ ...each, location: each.location.replace('event_hour=09', 'event_hour=00') })),
    ['partition-location'],
    'mended',
  ],
  ['a partition registered twice', (lake) => addPartition(lake, (each) => each), ['partition-doubled'], 'left'],
  [
    'another partition onto the folder of ours',
    (lake) => addPartition(lake, (each) => ({ ...each, values: ['2020-01-01', '00'] })),
    ['partition-doubled'],
    'left',
  ],
  [
    'another partition onto the folder above ours',
    (lake) =>
      addPartition(lake, ({ location }) => ({
        values: ['2020-01-01', '00'],
        location: location.replace(/event_hour=.*$/, ''),
      })),
    ['partition-location', 'partition-doubled'],
    'left',
  ],
  ['a column retyped', retype, ['column-type'], 'left'],
  ['a column removed', dropColumn, ['column-missing'], 'mended'],
  [
    'the table’s location moved',
    (lake) => lake.editTable(testTable, (table) => ({ ...table, location: 'elsewhere/' })),
    ['table-location'],
    'left',
  ],
  [
    'a partition key removed',
    (lake) => lake.editTable(testTable, (table) => ({ ...table, partitionKeys: [] })),
    ['table-keys'],
    'left',
  ],
  [
    'the table dropped',
    (lake) => rm(join(lake.lake.root, '_catalog'), { recursive: true }),
    ['table-missing'],
    'mended',
  ],
];

describe('the audit of the catalog', () => {
  it.each([...changes])('finds %s', async (_what, change, problems, fate) => {
    const lake = await AuditedLake.open();
    await change(lake);
    expect({ plain: await lake.problems(), deep: await lake.problems({ deep: true }) }).toEqual({
      plain: problems,
      deep: problems,
    });
    await lake.repair();
    expect(await lake.problems({ deep: true })).toEqual(fate === 'mended' ? [] : problems);
  });

  it('says which column, and in which file it is otherwise', async () => {
    const lake = await AuditedLake.open();
    await retype(lake);
    const [finding] = (await lake.verify()).findings;
    expect(finding).toMatchObject({
      where: 'readings.n',
      what: expect.stringMatching(/^is string in .* has it as double$/),
    });
  });

  it('makes a dropped table again, which a service never does from its next batch alone', async () => {
    const lake = await AuditedLake.open();
    await rm(join(lake.lake.root, '_catalog'), { recursive: true });
    const next = (tools: CommitTools) => {
      const topic = new FakeTopic(1);
      topic.append(0, { value: '{"n":"a text","more":1}' });
      const slices = [{ chunk: topic.chunk({ partition: 0, from: 0n, to: 1n }), first: 0, end: 1 }];
      return tools.writer.decode(slices, tools.recipe).then((batch) => tools.writer.grow(batch, tools.recipe));
    };
    const dropped = { code: 'TABLE_MISSING', hint: expect.stringContaining('verify --repair') };
    await expect(next(lake.tools)).rejects.toMatchObject(dropped);
    await expect(next(createTestTools(lake.lake))).rejects.toMatchObject(dropped);
    await lake.repair();
    await next(createTestTools(lake.lake));
    await next(lake.tools);
    expect(await lake.problems({ deep: true })).toEqual([]);
  });

  it('makes a dropped table again with what a batch needs that comes next', async () => {
    const lake = await AuditedLake.open();
    const before = await lake.lake.catalog.load(testTable);
    await rm(join(lake.lake.root, '_catalog'), { recursive: true });
    expect(await lake.repair()).toContainEqual(expect.stringMatching(/^made the table readings with /));
    const after = await lake.lake.catalog.load(testTable);
    const types = (table: typeof after) => table?.columns.map(({ name, type }) => [name, type]).toSorted();
    expect(types(after)).toEqual(types(before));
    expect(after).toMatchObject({
      partitionKeys: before?.partitionKeys,
      location: before?.location,
      parameters: before?.parameters,
    });
  });
});
