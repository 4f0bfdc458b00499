import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { createGlueCatalog } from '../../src/aws/glue/glue-catalog.ts';
import { stepRunner } from '../../src/consumer/commit/tools/step-runner.ts';
import { parseColumns } from '../../src/schema/types/hive-ddl.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { jsonRecords, slicesOf } from '../support/chunks.ts';
import { createTestTools, testTable } from '../support/lake.ts';

const { endpoint, environment } = inject('stack').aws;
Object.assign(process.env, environment);

describe('a partition that was registered before a struct grew', () => {
  it('is found by its columns, and gets the table’s when it is registered again', async () => {
    const catalog = createGlueCatalog({ region: 'us-east-1', endpoint, database: `db_${randomUUID().slice(0, 8)}` });
    const columns = parseColumns('p struct<a:double>');
    const location = 's3://bucket/t/';
    const partitionKeys = parseColumns('event_date string');
    await catalog.create({ name: 't', columns, partitionKeys, location, parameters: {} });
    const load = async () => (await catalog.load('t'))!;
    const partition = { values: ['2026-11-23'], location: `${location}event_date=2026-11-23/` };
    await catalog.addPartitions(await load(), [partition]);
    const replaceColumns = parseColumns('p struct<a:double,b:string>');
    const { version } = await load();
    await catalog.evolve({ table: 't', expectedVersion: version, addColumns: [], replaceColumns });
    const typesOf = async () =>
      (await Array.fromAsync(catalog.listPartitions('t'))).map(({ types }) => types?.get('p'));
    expect(await typesOf()).toEqual(['struct<a:double>']);
    await catalog.addPartitions(await load(), [partition]);
    expect(await typesOf()).toEqual(['struct<a:double,b:string>']);
  });
});

describe('ten consumers that bring different columns at once', () => {
  it('all succeed, and no column is lost', async () => {
    const options = { region: 'us-east-1', endpoint, database: `db_${randomUUID().slice(0, 8)}` };
    const store = createMemoryObjectStore();
    await Promise.all(
      Array.from({ length: 10 }, async (_, consumer) => {
        const tools = createTestTools({ store, catalog: createGlueCatalog(options) });
        const { writer, recipe } = tools;
        const step = stepRunner({ ...tools, random: Math.random, patienceMs: 60_000 });
        for (let batch = 0; batch < 3; batch++) {
          const record = { shared: 1, [`own_${consumer}_${batch}`]: 'x' };
          using decoded = await writer.decode(slicesOf(jsonRecords(record)), recipe);
          await step('grow', () => writer.grow(decoded, recipe));
        }
      }),
    );
    const table = await createGlueCatalog(options).load(testTable);
    const names = (table?.columns ?? []).map(({ name }) => name).filter((name) => name.startsWith('own_'));
    const expected = Array.from({ length: 30 }, (_, index) => `own_${Math.floor(index / 3)}_${index % 3}`);
    expect(names.toSorted()).toEqual(expected.toSorted());
  });
});
