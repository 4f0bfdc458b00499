import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createGlueCatalog } from '../../src/aws/glue/glue-catalog.ts';
import { createS3ObjectStore } from '../../src/aws/s3/s3-object-store.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { glueRefusal } from '../support/glue-limits.ts';
import { describeCatalog } from './catalog-contract.ts';
import { describeObjectStore } from './object-store-contract.ts';

const { endpoint, bucket, environment } = inject('stack').aws;
Object.assign(process.env, environment);
const aws = { region: 'us-east-1', endpoint };

describeObjectStore(
  'S3 on the emulator, in a prefix',
  async () => createS3ObjectStore({ ...aws, bucket, prefix: 'contract/x' }),
  { keepsCrc32: true },
);
describeObjectStore(
  'S3 on the emulator, whole bucket',
  async () => createS3ObjectStore({ ...aws, bucket, prefix: '' }),
  { keepsCrc32: true },
);

describeCatalog('Glue on the emulator, within Glue’s limits', async () => {
  const limited = await startFaultyProxy(endpoint, glueRefusal);
  return {
    catalog: createGlueCatalog({ ...aws, endpoint: limited.endpoint, database: `db_${randomUUID().slice(0, 8)}` }),
    location: `s3://${bucket}/lake/`,
  };
});
