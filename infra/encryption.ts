import { Aws, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** The key that the settings ask for; `undefined` when each service uses its own. */
export function encryptionKey(scope: Construct, { encryptionKey: wanted }: Settings): IKey | undefined {
  if (wanted === 'aws') return undefined;
  if (wanted !== 'create') return Key.fromKeyArn(scope, 'Key', wanted);
  const key = new Key(scope, 'Key', {
    description: 'glueless: lake, certificates and logs',
    enableKeyRotation: true,
    // without its key, what is in the bucket is lost
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  key.addToResourcePolicy(logsStatement());
  return key;
}

/** Lets CloudWatch Logs encrypt the log groups of this account and region, and nothing else. */
function logsStatement(): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
      'kms:GenerateDataKey',
      'kms:DescribeKey',
    ],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*`,
      },
    },
  });
}

/** Allows using the key through S3 and Secrets Manager, which is what the tasks do with it. */
export function keyPermissions(stack: Stack, keyArn: string | undefined): PolicyStatement[] {
  if (keyArn === undefined) return [];
  const through = ['s3', 'secretsmanager'].map((service) => `${service}.${stack.region}.amazonaws.com`);
  return [
    new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': through } },
    }),
  ];
}
