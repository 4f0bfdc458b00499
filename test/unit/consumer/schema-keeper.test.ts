import { describe, expect, it } from 'vitest';
import { SchemaKeeper } from '../../../src/consumer/table/schema-keeper.ts';
import { rulesOf } from '../../../src/consumer/table/recipe-rules.ts';
import { parseColumns } from '../../../src/schema/hive-ddl.ts';
import { openTestLake, testRecipe } from '../../support/lake.ts';

/** A table that is not there when it is looked for first, though its files are when those are looked for. */
async function settle(meanwhile: 'made' | 'nothing') {
  const { store, catalog } = await openTestLake();
  const definition = {
    name: 't',
    columns: parseColumns('kafka_offset bigint'),
    partitionKeys: [],
    location: store.uri('t/'),
    parameters: {},
  };
  const hasObjects = async () => {
    if (meanwhile === 'made') await catalog.create(definition);
    return true;
  };
  const keeper = new SchemaKeeper({ catalog, table: 't', hasObjects });
  return keeper.settle([], { definition, rules: rulesOf(testRecipe).evolution, mayRescue: false });
}

describe('a table that is not in the catalog, though its files are there', () => {
  it('is taken as another process has made it meanwhile', async () => {
    expect(await settle('made')).toMatchObject({ table: { name: 't' } });
  });

  it('was dropped, and is not made again', async () => {
    await expect(settle('nothing')).rejects.toMatchObject({ code: 'TABLE_MISSING' });
  });
});
