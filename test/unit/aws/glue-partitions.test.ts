import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createGlueCatalog } from '../../../src/aws/glue/glue-catalog.ts';
import type { CatalogTable } from '../../../src/consumer/ports/lake.ts';
import { parseType } from '../../../src/schema/types/hive-ddl.ts';
import { listenHere } from '../../support/listen-here.ts';

interface Body {
  readonly PartitionsToGet: readonly { readonly Values: readonly string[] }[];
  readonly Entries: readonly { readonly PartitionValueList: readonly string[] }[];
}

const days = ['2026-11-26', '2026-11-27', '2026-11-28'];
const partitions = days.map((day) => ({ values: [day], location: `s3://b/t/event_date=${day}/` }));
const table: CatalogTable = {
  name: 't',
  location: 's3://b/t/',
  columns: [{ name: 's', type: parseType('struct<a:bigint,b:bigint>') }],
  partitionKeys: [{ name: 'event_date', type: { kind: 'string' } }],
  parameters: {},
  version: '1',
};

/** Has all partitions with a smaller struct already, and gives at most so many at a time, as Glue does where there is much of them. */
async function startGlue(atOnce: number) {
  const updated: string[] = [];
  const answerTo = (action: string, { PartitionsToGet, Entries }: Body): object => {
    switch (action) {
      case 'BatchCreatePartition':
        return {
          Errors: days.map((day) => ({
            PartitionValues: [day],
            ErrorDetail: { ErrorCode: 'AlreadyExistsException' },
          })),
        };
      case 'BatchGetPartition':
        return {
          Partitions: PartitionsToGet.slice(0, atOnce).map(({ Values }) => ({
            Values,
            StorageDescriptor: {
              Location: `s3://b/t/event_date=${Values[0]}/`,
              Columns: [{ Name: 's', Type: 'struct<a:bigint>' }],
            },
          })),
          UnprocessedKeys: PartitionsToGet.slice(atOnce),
        };
      default:
        updated.push(...Entries.flatMap(({ PartitionValueList }) => PartitionValueList));
        return { Errors: [] };
    }
  };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answerTo(action, JSON.parse(body))));
    });
  });
  const port = await listenHere(server);
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  const endpoint = `http://127.0.0.1:${port}`;
  return { updated, catalog: createGlueCatalog({ endpoint, region: 'us-east-1', database: 'd' }) };
}

it('partitions that Glue leaves for another request get the table’s columns too', async () => {
  const { catalog, updated } = await startGlue(1);
  await catalog.addPartitions(table, partitions);
  expect(updated).toEqual(days);
});

it('partitions that Glue looks up none of are tried again later, and not taken to be up to date', async () => {
  const { catalog, updated } = await startGlue(0);
  await expect(catalog.addPartitions(table, partitions)).rejects.toMatchObject({
    code: 'CATALOG_UNAVAILABLE',
    retryable: true,
  });
  expect(updated).toEqual([]);
});
