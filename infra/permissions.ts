import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { lakePrefix } from './lake.ts';
import type { PlatformStack } from './platform-stack.ts';
import type { Settings } from './settings.ts';

/** Allows reading and writing the lake and the database's tables; docs/operations.md has the same list with reasons. */
export function lakePermissions(platform: PlatformStack, { database, table }: Settings): PolicyStatement[] {
  const { bucket } = platform.lake;
  const glue = (resource: string, resourceName?: string): string =>
    Stack.of(platform).formatArn({ service: 'glue', resource, ...(resourceName !== undefined && { resourceName }) });
  return [
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [bucket.arnForObjects(`${lakePrefix}/*`)],
    }),
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': [`${lakePrefix}/*`] } },
    }),
    new PolicyStatement({
      actions: [
        'glue:GetDatabase',
        'glue:GetTable',
        'glue:CreateTable',
        'glue:UpdateTable',
        'glue:GetPartitions',
        'glue:BatchCreatePartition',
        'glue:DeletePartition',
      ],
      resources: [
        glue('catalog'),
        glue('database', database),
        glue('table', `${database}/${table}`),
        glue('table', `${database}/${table}_dead_letters`),
      ],
    }),
  ];
}

export function certificatePermissions(secretArn: string): PolicyStatement {
  return new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] });
}

/** Allows having client certificates signed, and no others, and putting them into their secrets. */
export function renewalPermissions(platform: PlatformStack): PolicyStatement[] {
  const { consumerCertificate, producerCertificate, kafka } = platform;
  return [
    new PolicyStatement({
      actions: ['acm-pca:IssueCertificate'],
      resources: [kafka.authorityArn],
      conditions: {
        StringEquals: {
          'acm-pca:TemplateArn': `arn:${Stack.of(platform).partition}:acm-pca:::template/EndEntityClientAuthCertificate/V1`,
        },
      },
    }),
    new PolicyStatement({
      actions: ['acm-pca:GetCertificate', 'acm-pca:DescribeCertificateAuthority'],
      resources: [kafka.authorityArn],
    }),
    new PolicyStatement({
      actions: ['secretsmanager:PutSecretValue'],
      resources: [consumerCertificate.secretArn, producerCertificate.secretArn],
    }),
  ];
}
