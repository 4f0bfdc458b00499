import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';
import { calls } from './cloudtrail-calls.ts';

const regions = ['eu-west-1', 'eu-central-1', 'us-east-1'];

/** What AWS CloudTrail notes of calls. */
export const cloudtrail: RecordKind = {
  name: 'cloudtrail',
  about:
    'AWS CloudTrail’s events of 12 calls: parameters and answers that differ by the call, null or a struct, three kinds of identities',
  records: 110_000,
  columns: {
    eventVersion: 'string',
    userIdentity: {
      fields: {
        type: 'string',
        principalId: 'string',
        arn: 'string',
        accountId: 'string',
        accessKeyId: 'string',
        userName: 'string',
        invokedBy: 'string',
        sessionContext: {
          fields: {
            sessionIssuer: { fields: { type: 'string', arn: 'string', userName: 'string' } },
            webIdFederationData: 'json',
            attributes: { fields: { creationDate: 'timestamp', mfaAuthenticated: 'string' } },
          },
        },
      },
    },
    eventTime: 'timestamp',
    eventSource: 'string',
    eventName: 'string',
    awsRegion: 'string',
    sourceIPAddress: 'string',
    userAgent: 'string',
    errorCode: 'string',
    errorMessage: 'string',
    requestParameters: 'json',
    responseElements: 'json',
    additionalEventData: 'json',
    requestID: 'string',
    eventID: 'string',
    readOnly: 'boolean',
    resources: { elements: { fields: { accountId: 'string', type: 'string', ARN: 'string' } } },
    eventType: 'string',
    managementEvent: 'boolean',
    recipientAccountId: 'string',
    eventCategory: 'string',
  },
  textAt: (draw, index, startMs) => {
    const { source, name, request, response } = draw.pick(calls);
    const isError = draw.isTrue(0.05);
    return JSON.stringify({
      eventVersion: '1.11',
      userIdentity: identityOf(draw),
      eventTime: secondTime(startMs + index * 30),
      eventSource: `${source}.amazonaws.com`,
      eventName: name,
      awsRegion: draw.pick(regions),
      sourceIPAddress: `203.0.113.${draw.whole(256)}`,
      userAgent: draw.pick(['aws-cli/2.31.0', 'Boto3/1.40.1', 'console.amazonaws.com']),
      ...(isError && { errorCode: 'AccessDenied', errorMessage: `not authorized to perform: ${source}:${name}` }),
      requestParameters: request?.(draw) ?? null,
      responseElements: isError ? null : (response?.(draw) ?? null),
      ...(source === 's3' && {
        additionalEventData: { bytesTransferredOut: draw.whole(1e6), 'x-amz-id-2': draw.hex(40) },
      }),
      requestID: draw.hex(32),
      eventID: draw.hex(32),
      readOnly: response === undefined,
      ...(source === 's3' && {
        resources: [{ accountId: '111122223333', type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::b-${draw.whole(90)}` }],
      }),
      eventType: 'AwsApiCall',
      managementEvent: source !== 's3',
      recipientAccountId: '111122223333',
      eventCategory: source === 's3' ? 'Data' : 'Management',
    });
  },
};

function identityOf(draw: Draw): Record<string, unknown> {
  const chance = draw.share();
  if (chance < 0.2) return { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' };
  const account = { accountId: '111122223333', accessKeyId: `AKIA${draw.hex(16)}` };
  const userName = `user-${draw.whole(300)}`;
  if (chance < 0.4) return { type: 'IAMUser', principalId: `AIDA${draw.hex(16)}`, ...account, userName };
  const role = `role-${draw.whole(60)}`;
  return {
    type: 'AssumedRole',
    principalId: `AROA${draw.hex(16)}:${userName}`,
    arn: `arn:aws:sts::111122223333:assumed-role/${role}/${userName}`,
    ...account,
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: `arn:aws:iam::111122223333:role/${role}`, userName: role },
      webIdFederationData: {},
      attributes: { creationDate: secondTime(1_790_000_000_000 + draw.whole(1e9)), mfaAuthenticated: 'false' },
    },
  };
}

function secondTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+/, '');
}
