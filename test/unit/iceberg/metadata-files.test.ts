import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { addIceberg, createTable, loadTable, openIcebergLake, setProperties } from '../../support/iceberg-lake.ts';

const deletion = 'write.metadata.delete-after-commit.enabled';

async function filesAfter(commits: number, properties: Record<string, string>): Promise<string[]> {
  const lake = await openIcebergLake();
  await createTable(lake);
  for (let n = 0; n < commits; n++) {
    await setProperties(lake, { ...properties, n: String(n) });
  }
  expect((await loadTable(lake)).metadata.properties['n']).toBe(String(commits - 1));
  return Array.fromAsync(lake.store.list('readings/metadata/'), ({ key }) => key);
}

describe('metadata files', () => {
  const few = { 'write.metadata.previous-versions-max': '3' };

  it('are deleted once the table no longer remembers them, where it says so', async () => {
    expect(await filesAfter(10, { ...few, [deletion]: 'true' })).toHaveLength(4);
  });

  it('are read where another engine has compressed them, and damage in one is told', async () => {
    const lake = await openIcebergLake();
    const { metadata, metadataLocation } = await createTable(lake);
    const key = lake.files.keyOf(metadataLocation);
    const packed = gzipSync(await lake.files.read(metadataLocation));
    await lake.store.put(key, packed);
    expect((await loadTable(addIceberg(lake))).metadata).toEqual(metadata);
    await lake.store.put(key, packed.subarray(0, -20));
    await expect(loadTable(addIceberg(lake))).rejects.toMatchObject({ code: 'CATALOG_CORRUPT' });
  });

  it('stay where it does not', async () => {
    expect(await filesAfter(10, { ...few, [deletion]: 'false' })).toHaveLength(11);
  });
});
