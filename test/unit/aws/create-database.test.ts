import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { createGlueCatalog } from '../../../src/aws/glue/glue-catalog.ts';
import { listenHere } from '../../support/listen-here.ts';

/** Answers as Glue does where the database is not there and the role may not make it. */
async function startGlue(): Promise<string> {
  const server = createServer((request, response) => {
    const isOfDatabase = String(request.headers['x-amz-target']).endsWith('CreateDatabase');
    const type = isOfDatabase ? 'AccessDeniedException' : 'EntityNotFoundException';
    const body = {
      __type: type,
      message: isOfDatabase ? 'not authorized to perform: glue:CreateDatabase' : 'Database d not found.',
    };
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  const port = await listenHere(server);
  return `http://127.0.0.1:${port}`;
}

it('a database that is not there and may not be made is told as the right that is missing', async () => {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  const catalog = createGlueCatalog({ endpoint: await startGlue(), region: 'us-east-1', database: 'd' });
  const definition = {
    name: 't',
    location: 's3://b/t/',
    columns: [{ name: 'n', type: { kind: 'double' as const } }],
    partitionKeys: [],
    parameters: {},
  };
  await expect(catalog.create(definition)).rejects.toMatchObject({
    code: 'CATALOG_DENIED',
    message: expect.stringContaining('glue:CreateDatabase'),
  });
});
