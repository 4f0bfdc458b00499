import { describe, expect, inject, it } from 'vitest';
import { createGlueCatalog } from '../../../src/aws/glue/glue-catalog.ts';
import { kafkaColumns } from '../../../src/consumer/table/assemble/assemble-table.ts';
import { topicParameter } from '../../../src/consumer/table/catalog/shared-table.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { partitionKeys } from '../../../src/schema/partitions/layout.ts';
import { runCli } from '../../support/cli.ts';
import { startFaultyProxy, type Fault, type Request } from '../../support/faulty-proxy.ts';
import { Scenario } from '../../support/scenario.ts';

const isObject = ({ action, method }: Request): boolean => action === '' && method !== 'HEAD';
const isPut = ({ action, method }: Request): boolean => action === '' && method === 'PUT';
const readsLedger = ({ method, path }: Request): boolean => method === 'GET' && /_ledger(?!.*_probe)/.test(path);
const isGlue = ({ action }: Request): boolean => action.startsWith('AWSGlue.');
const isUpdate = ({ action }: Request): boolean => /UpdateTable|CreateTable|BatchCreatePartition/.test(action);
const answer = (status: number, code: string): Fault => ({ kind: 'answer', status, code });

/** Every nth request of that kind. */
function every(
  n: number,
  applies: (request: Request) => boolean,
  fault: Fault,
): (request: Request) => Fault | undefined {
  let seen = 0;
  return (request) => (applies(request) && ++seen % n === 0 ? fault : undefined);
}

/** The first n requests of that kind. */
function first(
  n: number,
  applies: (request: Request) => boolean,
  fault: Fault,
): (request: Request) => Fault | undefined {
  let seen = 0;
  return (request) => (applies(request) && ++seen <= n ? fault : undefined);
}

/** The table is there, and must grow in bad weather. */
async function createNarrowTable(
  { LAKE, LAKE_DATABASE: database }: { readonly LAKE: string; readonly LAKE_DATABASE: string },
  { env, topic }: Scenario,
): Promise<void> {
  const { aws } = inject('stack');
  Object.assign(process.env, aws.environment);
  const name = env['LAKE_TABLE'] ?? '';
  const catalog = createGlueCatalog({ region: 'us-east-1', endpoint: aws.endpoint, database });
  await catalog.create({
    name,
    columns: [...parseColumns('deviceid string'), ...kafkaColumns],
    partitionKeys: partitionKeys('hour'),
    location: `${LAKE}/${name}/`,
    parameters: { [topicParameter]: topic },
  });
}

describe('AWS that misbehaves', () => {
  it.each<[string, (request: Request) => Fault | undefined]>([
    ['S3 answers 500', every(3, isObject, answer(500, 'InternalError'))],
    ['S3 answers 503', every(3, isPut, answer(503, 'SlowDown'))],
    ['S3 answers 503 while partitions are assigned', first(16, readsLedger, answer(503, 'SlowDown'))],
    ['S3 is slow', every(4, isObject, { kind: 'slow', ms: 400 })],
    ['S3 cuts connections', every(3, isObject, { kind: 'reset' })],
    ['S3 writes, and its answer is lost', every(2, isPut, { kind: 'lost-answer' })],
    ['S3 answers 409 to a conditional write', every(5, isPut, answer(409, 'ConditionalRequestConflict'))],
    ['Glue throttles', every(2, isGlue, answer(400, 'ThrottlingException'))],
    [
      'Glue says that the table was changed',
      first(2, ({ action }) => action.endsWith('UpdateTable'), answer(400, 'ConcurrentModificationException')),
    ],
    ['Glue answers 500', every(2, isUpdate, answer(500, 'InternalServiceException'))],
    ['Glue writes, and its answer is lost', every(2, isUpdate, { kind: 'lost-answer' })],
  ])('%s: nothing lost, nothing doubled', async (_what, faultFor) => {
    const { aws } = inject('stack');
    const proxy = await startFaultyProxy(aws.endpoint, faultFor);
    const healthy = { ...aws.environment, LAKE_DATABASE: `faults_${Date.now()}` };
    const scenario = await Scenario.open();
    const onS3 = { ...healthy, LAKE: `s3://${aws.bucket}/faults/${scenario.topic}` };
    await createNarrowTable(onS3, scenario);
    await scenario.produce(1500, { partitions: 2, faults: 0.05 });
    await scenario.consumeToEnd({ ...onS3, AWS_ENDPOINT_URL: proxy.endpoint });
    expect(proxy.faults()).toBeGreaterThan(1);
    const audit = await runCli(['verify', '--deep'], { ...scenario.env, ...onS3 });
    expect(audit.stdout).toContain('nothing lost, nothing doubled: 1500 records');
    expect(audit.code).toBe(0);
  });

  it('gives up with a clear line when the bucket is not there', async () => {
    const { aws } = inject('stack');
    const scenario = await Scenario.open({ ...aws.environment, LAKE: 's3://no-such-bucket-here/x' });
    await scenario.produce(10, { partitions: 1 });
    const { code, stderr } = await runCli(['consume', '--until-end'], { ...scenario.env, LOG_LEVEL: 'error' });
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'fatal',
      code: 'STORE_MISSING',
      error: expect.stringContaining('no-such-bucket-here'),
    });
  });
});
