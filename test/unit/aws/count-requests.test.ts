import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { Metrics } from '../../../src/app/observe/metrics.ts';
import { createGlueCatalog } from '../../../src/aws/glue/glue-catalog.ts';
import { listenHere } from '../../support/listen-here.ts';

it('requests to AWS are counted by service and operation, repeated ones too', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    const [status, type] = asked++ === 0 ? [500, 'InternalServiceException'] : [400, 'EntityNotFoundException'];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ __type: type }));
  });
  const port = await listenHere(server);
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  const endpoint = `http://127.0.0.1:${port}`;
  const before = await requestsCounted();
  expect(await createGlueCatalog({ endpoint, region: 'us-east-1', database: 'd' }).load('t')).toBeUndefined();
  expect(await requestsCounted()).toBe(before + 2);
});

/** What this process has asked of Glue for tables. */
async function requestsCounted(): Promise<number> {
  const { values } = await new Metrics().awsRequests.get();
  const ofTables = values.find(({ labels }) => labels.service === 'Glue' && labels.operation === 'GetTable');
  return ofTables?.value ?? 0;
}
