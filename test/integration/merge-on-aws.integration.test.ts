import { randomUUID } from 'node:crypto';
import { expect, inject, it } from 'vitest';
import { createGlueCatalog } from '../../src/aws/glue/glue-catalog.ts';
import { createS3ObjectStore } from '../../src/aws/s3/s3-object-store.ts';
import { testTable } from '../support/lake.ts';
import { hourOf, mergeLake, rowsByCatalog } from '../support/merge-lake.ts';

const { endpoint, bucket, environment } = inject('stack').aws;
Object.assign(process.env, environment);
const aws = { region: 'us-east-1', endpoint };

it('merges files of a table on S3 whose partitions Glue keeps, and follows late and replayed rows', async () => {
  const id = randomUUID().slice(0, 8);
  const store = createS3ObjectStore({ ...aws, bucket, prefix: `merge/${id}` });
  const catalog = createGlueCatalog({ ...aws, database: `merge_${id}` });
  const lake = await hourOf(3, { store, catalog });
  const merge = async (orphansBeforeMs = 0) => mergeLake(store, { orphansBeforeMs }, { catalog });
  const seen = async () => rowsByCatalog(store, catalog);
  expect(await merge()).toMatchObject([{ kind: 'merged', files: 3, rows: 3 }]);
  expect(await seen()).toEqual(['0/0', '0/1', '0/2']);
  await lake.write(0, 1);
  await lake.replay({ partition: 0, from: 1n, to: 2n });
  expect(await seen()).toEqual(['0/0', '0/1', '0/2']);
  expect(await merge()).toMatchObject([{ kind: 'caught-up', added: 2, replaced: 1 }]);
  expect(await merge(Infinity)).toMatchObject([{ kind: 'sources-deleted', files: 4 }]);
  expect(await Array.fromAsync(store.list(`${testTable}/`))).toEqual([]);
  expect(await seen()).toEqual(['0/0', '0/1', '0/2', '0/3']);
  expect(await merge(Infinity)).toEqual([]);
});
