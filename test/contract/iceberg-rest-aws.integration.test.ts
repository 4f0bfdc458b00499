import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { createGlueIcebergCatalog } from '../../src/aws/iceberg/glue-iceberg-catalog.ts';
import { createS3ObjectStore } from '../../src/aws/s3/s3-object-store.ts';
import { signRestRequests } from '../../src/aws/iceberg/sign-rest-requests.ts';
import { createRestCatalog } from '../../src/iceberg/catalogs/rest-catalog.ts';
import type { RestRequest } from '../../src/iceberg/catalogs/rest-client.ts';
import { currentSnapshot } from '../../src/iceberg/metadata/table-metadata.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { appendTo, creationOf, largeSnapshotId } from '../support/iceberg-tables.ts';
import { loadFrom } from './iceberg-catalog-contract.ts';

const { aws, python } = inject('stack');
const { endpoint, bucket } = aws;
Object.assign(process.env, aws.environment);
const region = 'us-east-1';
const uri = `${endpoint}/iceberg`;

describe('the REST endpoint of S3 Tables on the emulator', () => {
  it('takes commits to a table bucket, one of two at once', async () => {
    const authorization = signRestRequests({ region, endpoint, service: 's3tables' });
    const warehouse = await createTableBucket(authorization);
    const open = () => createRestCatalog({ uri, warehouse, database: 'lake', authorization });
    const created = await open().create('readings', creationOf('s3://elsewhere/readings').filter(isNoLocation));
    expect(created).toMatchObject({
      kind: 'created',
      table: { metadata: { location: expect.stringMatching(/^s3:/) } },
    });
    const catalog = open();
    const base = await loadFrom(catalog, 'readings');
    const ids = [largeSnapshotId(), largeSnapshotId()];
    const outcomes = await Promise.all(ids.map((id) => catalog.commit(base, appendTo(base, id, String(id)))));
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['committed', 'conflict']);
    const { metadata } = await loadFrom(open(), 'readings');
    const id = currentSnapshot(metadata)?.['snapshot-id'];
    expect(ids).toContain(id);
    expect(metadata.properties['glueless.positions']).toBe(String(id));
  });

  /** Makes a table bucket; resolves with its ARN. */
  async function createTableBucket(authorization: ReturnType<typeof signRestRequests>): Promise<string> {
    const url = new URL(`${endpoint}/buckets`);
    const body = JSON.stringify({ name: `b-${randomUUID().slice(0, 8)}` });
    const headers = { 'content-type': 'application/json' };
    // the emulator knows by the signature's service what is asked for
    const signed = await authorization.headersFor({ method: 'POST', url, headers, body });
    const answer = await fetch(url, { method: 'PUT', headers: { ...headers, ...signed }, body });
    return z.object({ arn: z.string() }).parse(await answer.json()).arn;
  }
});

describe('the REST endpoint of Glue on the emulator', () => {
  it('commits to the tables that Glue has', async () => {
    const prefix = randomUUID();
    const database = `db_${prefix.slice(0, 8)}`;
    const store = createS3ObjectStore({ region, endpoint, bucket, prefix });
    const glue = createGlueIcebergCatalog({ region, endpoint, database, store, clock: systemClock });
    await glue.create('readings', creationOf(`s3://${bucket}/${prefix}/readings`));
    const authorization = signRestRequests({ region, endpoint, service: 'glue' });
    const rest = createRestCatalog({ uri, warehouse: '123456789012', database, authorization });
    const base = await loadFrom(rest, 'readings');
    expect(base).toEqual(await loadFrom(glue, 'readings'));
    expect(await rest.load('missing')).toBeUndefined();
    expect((await rest.commit(base, appendTo(base, 5n, 'x'))).kind).toBe('committed');
    expect((await rest.commit(base, appendTo(base, 6n, 'x'))).kind).toBe('conflict');
  });
});

describe('the signature of a request to a REST catalog', () => {
  it('is the one that botocore makes, for a path with an encoded ARN and a query too', async () => {
    const authorization = signRestRequests({ region, endpoint, service: 's3tables' });
    const arn = encodeURIComponent('arn:aws:s3tables:us-east-1:123456789012:bucket/lake');
    const requests: RestRequest[] = [
      {
        method: 'GET',
        url: new URL(`https://s3tables.us-east-1.amazonaws.com/iceberg/v1/config?warehouse=${arn}`),
        headers: {},
        body: '',
      },
      {
        method: 'POST',
        url: new URL(`https://s3tables.us-east-1.amazonaws.com/iceberg/v1/${arn}/namespaces/lake/tables/t`),
        headers: { 'content-type': 'application/json' },
        body: '{"updates":[]}',
      },
    ];
    const signed = await Promise.all(
      requests.map(async (request) => ({
        ...request,
        headers: { ...request.headers, ...(await authorization.headersFor(request)) },
      })),
    );
    const { stdout } = await promisify(execFile)(python, ['-c', botocoreScript, JSON.stringify(signed)]);
    expect(JSON.parse(stdout)).toEqual(signed.map(({ headers }) => Reflect.get(headers, 'authorization')));
  });

  const botocoreScript = `
import json, sys, datetime
import botocore.auth, botocore.awsrequest, botocore.credentials, botocore.compat
answers = []
for each in json.loads(sys.argv[1]):
  headers = {name: value for name, value in each['headers'].items() if name != 'authorization'}
  request = botocore.awsrequest.AWSRequest(each['method'], each['url'], headers=headers, data=each['body'].encode())
  date = headers['x-amz-date']
  request.context['timestamp'] = date
  auth = botocore.auth.SigV4Auth(botocore.credentials.Credentials('test', 'test'), 's3tables', 'us-east-1')
  canonical = auth.canonical_request(request)
  to_sign = auth.string_to_sign(request, canonical)
  auth._inject_signature_to_request(request, auth.signature(to_sign, request))
  answers.append(request.headers['Authorization'])
print(json.dumps(answers))
`;
});

function isNoLocation({ action }: { readonly action: string }): boolean {
  return action !== 'set-location';
}
