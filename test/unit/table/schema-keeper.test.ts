import { describe, expect, it } from 'vitest';
import { SchemaKeeper } from '../../../src/consumer/table/catalog/schema-keeper.ts';
import type { ObjectStore, TableDefinition } from '../../../src/consumer/ports/lake.ts';
import { rulesOf } from '../../../src/consumer/table/recipe-rules.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import type { ObservedColumn } from '../../../src/schema/growth/evolution.ts';
import { openTestLake, testRecipe } from '../../support/lake.ts';

const rules = rulesOf(testRecipe).evolution;

const definitionIn = (store: ObjectStore): TableDefinition => ({
  name: 't',
  columns: parseColumns('kafka_offset bigint'),
  partitionKeys: [],
  location: store.uri('t/'),
  parameters: {},
});

/** A table that is not there when it is looked for first, though its files are when those are looked for. */
async function settle(meanwhile: 'made' | 'nothing') {
  const { store, catalog } = await openTestLake();
  const definition = definitionIn(store);
  const hasObjects = async () => {
    if (meanwhile === 'made') await catalog.create(definition);
    return true;
  };
  const keeper = new SchemaKeeper({ catalog, table: 't', hasObjects });
  return keeper.grow([], { definition, rules, mayRescue: false });
}

describe('a table that is not in the catalog, though its files are there', () => {
  it('is taken as another process has made it meanwhile', async () => {
    expect(await settle('made')).toMatchObject({ table: { name: 't' } });
  });

  it('was dropped, and is not made again', async () => {
    await expect(settle('nothing')).rejects.toMatchObject({ code: 'TABLE_MISSING' });
  });
});

describe('batches that bring columns at the same time', () => {
  const bring = (ddl: string): ObservedColumn[] =>
    parseColumns(ddl).map(({ name, type }) => ({ name, observed: { form: 'plain', type }, count: 1 }));

  const open = async (refusals = 0) => {
    const { store, catalog } = await openTestLake();
    const definition = definitionIn(store);
    await catalog.create(definition);
    let changes = 0;
    const evolve: typeof catalog.evolve = async (change) =>
      changes++ < refusals ? 'conflict' : catalog.evolve(change);
    const keeper = new SchemaKeeper({ catalog: { ...catalog, evolve }, table: 't' });
    // whoever knows the table asks at once, so that they wait in this order
    await keeper.refresh();
    const settleAll = (batches: readonly string[]) =>
      Promise.all(batches.map((ddl) => keeper.grow(bring(ddl), { definition, rules, mayRescue: false, origin: ddl })));
    const targetsOf = async (batches: readonly string[]) =>
      (await settleAll(batches)).map((settled) => (settled === 'misfit' ? settled : settled.evolution.targets));
    const columns = async () => (await catalog.load('t'))?.columns.map(({ name }) => name);
    return { targetsOf, columns, changes: () => changes };
  };

  it('wait for each other, and let the table grow once for all that wait', async () => {
    const { targetsOf, columns, changes } = await open();
    const batches = Array.from({ length: 20 }, (_, n) => `f${n} double`);
    expect(await targetsOf(batches)).toEqual(batches.map((_, n) => [`f${n}`]));
    expect(await columns()).toHaveLength(21);
    expect(changes()).toBe(1);
  });

  it('find their values a place each where they do not agree, and none twice', async () => {
    const { targetsOf, columns } = await open();
    const batches = ['a double', 'a string', 'a struct<b:double>', 'a struct<b:string,c:double>', 'a double'];
    const targets = await targetsOf(batches);
    expect(targets).toEqual([['a'], ['a_string'], ['a_struct'], ['a_struct'], ['a']]);
    expect(await columns()).toEqual(['kafka_offset', 'a', 'a_string', 'a_struct']);
  });

  it('grow the table as others have left it', async () => {
    const { targetsOf, changes } = await open(2);
    expect(await targetsOf(['a double', 'b double', 'c double'])).toEqual([['a'], ['b'], ['c']]);
    expect(changes()).toBeLessThanOrEqual(6);
  });
});
