import type { Draw } from '../draw.ts';

type Fields = (draw: Draw) => Record<string, unknown>;

/** A call of an AWS API, as the trail notes it. */
export interface Call {
  readonly source: string;
  readonly name: string;
  /** Left out: null. */
  readonly request?: Fields;
  /** Left out of calls that only read: null. */
  readonly response?: Fields;
}

const instances: Fields = (draw) => ({
  instancesSet: { items: Array.from({ length: 1 + draw.whole(3) }, () => ({ instanceId: `i-${draw.hex(17)}` })) },
});
const bucket: Fields = (draw) => ({ bucketName: `b-${draw.whole(90)}`, Host: 's3.eu-west-1.amazonaws.com' });
const key: Fields = (draw) => ({ ...bucket(draw), key: `lake/day=${draw.whole(31)}/${draw.hex(12)}.parquet` });
const role: Fields = (draw) => ({
  roleArn: `arn:aws:iam::111122223333:role/role-${draw.whole(60)}`,
  roleSessionName: `session-${draw.hex(8)}`,
});
const states: Fields = (draw) => ({
  instancesSet: {
    items: [
      {
        instanceId: `i-${draw.hex(17)}`,
        currentState: { code: 32, name: 'stopping' },
        previousState: { code: 16, name: 'running' },
      },
    ],
  },
});

/** Calls whose parameters have the same names with other types now and then, as those of AWS. */
export const calls: readonly Call[] = [
  {
    source: 'ec2',
    name: 'DescribeInstances',
    request: (draw) => ({ ...instances(draw), filterSet: {}, maxResults: 1000 }),
  },
  { source: 'ec2', name: 'StopInstances', request: (draw) => ({ ...instances(draw), force: false }), response: states },
  {
    source: 'ec2',
    name: 'AuthorizeSecurityGroupIngress',
    request: (draw) => ({
      groupId: `sg-${draw.hex(17)}`,
      ipPermissions: {
        items: [
          { ipProtocol: 'tcp', fromPort: 443, toPort: 443, groups: {}, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } },
        ],
      },
    }),
    response: () => ({ _return: true }),
  },
  { source: 's3', name: 'GetObject', request: key },
  {
    source: 's3',
    name: 'PutObject',
    request: key,
    response: (draw) => ({ 'x-amz-server-side-encryption': 'AES256', 'x-amz-version-id': draw.hex(32) }),
  },
  {
    source: 's3',
    name: 'ListObjects',
    request: (draw) => ({ ...bucket(draw), prefix: 'lake/', 'max-keys': String(draw.whole(1000)) }),
  },
  {
    source: 's3',
    name: 'PutBucketTagging',
    request: (draw) => ({
      ...bucket(draw),
      tagging: { TagSet: { Tag: { Key: 'team', Value: `t${draw.whole(9)}` } } },
    }),
    response: () => ({}),
  },
  {
    source: 'sts',
    name: 'AssumeRole',
    request: (draw) => ({ ...role(draw), durationSeconds: 3600 }),
    response: (draw) => ({
      credentials: { accessKeyId: `ASIA${draw.hex(16)}`, expiration: 'Nov 23, 2026, 10:00:00 AM' },
    }),
  },
  { source: 'sts', name: 'GetCallerIdentity' },
  {
    source: 'lambda',
    name: 'UpdateFunctionConfiguration',
    request: (draw) => ({ functionName: `f-${draw.whole(90)}`, environment: {}, timeout: draw.whole(900) }),
    response: (draw) => ({
      memorySize: 512,
      layers: [],
      vpcConfig: { subnetIds: [], securityGroupIds: [] },
      revisionId: draw.hex(32),
    }),
  },
  {
    source: 'dynamodb',
    name: 'CreateTable',
    request: (draw) => ({
      tableName: `t-${draw.whole(90)}`,
      keySchema: [{ attributeName: 'pk', keyType: 'HASH' }],
      tags: draw.isTrue(0.5) ? [] : [{ key: 'team', value: 'x' }],
    }),
    response: (draw) => ({
      tableDescription: { tableStatus: 'CREATING', itemCount: 0, tableSizeBytes: draw.whole(10) },
    }),
  },
  {
    source: 'kms',
    name: 'Decrypt',
    request: (draw) => ({
      encryptionContext: { 'aws:s3:arn': `arn:aws:s3:::b-${draw.whole(90)}`, [`ctx-${draw.whole(30)}`]: draw.hex(8) },
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    }),
  },
];
