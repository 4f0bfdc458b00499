import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { checkGlueRights } from '../../../src/aws/glue/check-glue-rights.ts';
import type { CatalogTable } from '../../../src/consumer/ports/lake.ts';
import { listenHere } from '../../support/listen-here.ts';

const table: CatalogTable = {
  name: 't',
  location: 's3://b/t/',
  columns: [],
  partitionKeys: [
    { name: 'event_date', type: { kind: 'string' } },
    { name: 'event_hour', type: { kind: 'string' } },
  ],
  parameters: {},
  version: '1',
};

/** A catalog that answers as Glue does: first it looks at the rights, then whether the table is there. */
async function startCatalog(isThere: boolean, denied: string) {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    calls.push(action);
    const fault =
      action === denied
        ? { __type: 'AccessDeniedException', message: `not authorized to perform: glue:${action}` }
        : action === 'CreateTable' && isThere
          ? { __type: 'AlreadyExistsException' }
          : isThere
            ? undefined
            : { __type: 'EntityNotFoundException' };
    const status = fault === undefined ? 200 : 400;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(fault ?? {}));
  });
  const port = await listenHere(server);
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  const options = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    database: 'd',
  };
  return {
    calls,
    check: () => checkGlueRights(options, { table: isThere ? table : undefined, name: 't' }),
  };
}

describe('the rights on the catalog', () => {
  it('are tried by calls that change nothing, and what can’t be tried is said', async () => {
    const { check, calls } = await startCatalog(true, '');
    expect(await check()).toBe(
      'CreateTable, GetPartitions, BatchGetPartition, BatchUpdatePartition, BatchCreatePartition allowed; UpdateTable can’t be tried without a change',
    );
    expect(calls).not.toContain('UpdateTable');
    const fresh = await startCatalog(false, '');
    expect(await fresh.check()).toMatch(/^UpdateTable, BatchCreatePartition allowed; CreateTable can’t be tried/);
    expect(fresh.calls).not.toContain('CreateTable');
  });

  it.each([
    [true, 'CreateTable'],
    [true, 'BatchUpdatePartition'],
    [true, 'BatchCreatePartition'],
    [false, 'UpdateTable'],
  ])('are named when one is missing (table there: %s, %s)', async (isThere, action) => {
    const { check } = await startCatalog(isThere, action);
    await expect(check()).rejects.toMatchObject({
      code: 'CATALOG_DENIED',
      message: expect.stringContaining(`glue:${action} on d.t`),
    });
  });
});
