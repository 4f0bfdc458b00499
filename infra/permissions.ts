import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { lakePrefix, resultsPrefix } from './lake.ts';
import type { Certificates, Platform } from './platform.ts';
import type { Settings } from './settings.ts';

/** The table, or all that are named after topics. */
export function tablesOf(table: string): string {
  return table.replace('{topic}', '*');
}

/** Allows reading and writing the lake and the database's tables; docs/operations.md has the same list with reasons. */
export function lakePermissions(
  stack: Stack,
  { bucketName }: Pick<Platform, 'bucketName'>,
  { database, table, variables }: Settings,
): PolicyStatement[] {
  const bucketArn = `arn:${stack.partition}:s3:::${bucketName}`;
  const tables = tablesOf(table);
  const hasHours = variables['HOURS_EVERY_SECONDS'] !== undefined;
  const glue = (resource: string, resourceName?: string): string =>
    stack.formatArn({ service: 'glue', resource, ...(resourceName !== undefined && { resourceName }) });
  return [
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [`${bucketArn}/${lakePrefix}/*`],
    }),
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucketArn],
      conditions: { StringLike: { 's3:prefix': [`${lakePrefix}/*`] } },
    }),
    new PolicyStatement({
      actions: [
        'glue:GetTable',
        'glue:CreateTable',
        'glue:UpdateTable',
        'glue:GetPartitions',
        'glue:BatchGetPartition',
        'glue:BatchCreatePartition',
        'glue:BatchUpdatePartition',
        'glue:DeletePartition',
      ],
      resources: [
        glue('catalog'),
        glue('database', database),
        glue('table', `${database}/${tables}`),
        glue('table', `${database}/${tables}_dead_letters`),
        ...(hasHours ? [glue('table', `${database}/${tables}_hours`)] : []),
      ],
    }),
  ];
}

/** Allows reading the lake and querying the table by Athena, and changing neither. */
export function monitorPermissions(
  stack: Stack,
  { bucketName, workgroup }: Pick<Platform, 'bucketName' | 'workgroup'>,
  { database, table }: Settings,
): PolicyStatement[] {
  const bucketArn = `arn:${stack.partition}:s3:::${bucketName}`;
  const arn = (service: string, resource: string, resourceName?: string): string =>
    stack.formatArn({ service, resource, ...(resourceName !== undefined && { resourceName }) });
  return [
    new PolicyStatement({ actions: ['s3:GetObject'], resources: [`${bucketArn}/${lakePrefix}/*`] }),
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [`${bucketArn}/${resultsPrefix}/*`],
    }),
    new PolicyStatement({ actions: ['s3:ListBucket', 's3:GetBucketLocation'], resources: [bucketArn] }),
    new PolicyStatement({
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions', 'glue:BatchGetPartition'],
      resources: [
        arn('glue', 'catalog'),
        arn('glue', 'database', database),
        ...[table, `${table}_dead_letters`].map((name) => arn('glue', 'table', `${database}/${name}`)),
      ],
    }),
    new PolicyStatement({
      actions: ['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults'],
      resources: [arn('athena', 'workgroup', workgroup)],
    }),
  ];
}

/** Allows reading schemas, where the variables ask for Glue's registry: which ones is known when records name them. */
export function schemaPermissions(stack: Stack, { variables }: Settings): PolicyStatement[] {
  if (variables['SCHEMA_REGISTRY_GLUE'] !== 'true') return [];
  const resources = ['registry', 'schema'].map((resource) =>
    stack.formatArn({ service: 'glue', resource, resourceName: '*' }),
  );
  return [new PolicyStatement({ actions: ['glue:GetSchemaVersion'], resources })];
}

/** Allows querying the means of alerts and sending messages, where the variables ask for them. */
export function messagePermissions(stack: Stack, platform: Platform, settings: Settings): PolicyStatement[] {
  const {
    ALERT_COLUMN: watched,
    ALERT_SNS_TOPIC: snsTopic,
    HOURS_EVENT_BUS: bus,
  }: Partial<Record<string, string>> = settings.variables;
  const busArn = bus?.startsWith('arn:')
    ? bus
    : stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: bus ?? '' });
  return [
    ...(watched === undefined ? [] : monitorPermissions(stack, platform, settings)),
    ...(snsTopic === undefined ? [] : [new PolicyStatement({ actions: ['sns:Publish'], resources: [snsTopic] })]),
    ...(bus === undefined ? [] : [new PolicyStatement({ actions: ['events:PutEvents'], resources: [busArn] })]),
  ];
}

/** Allows having certificates signed by the template for clients, and by no other, and putting them into their secrets. */
export function renewalPermissions(
  stack: Stack,
  { certificateAuthorityArn, consumerSecret, producerSecret }: Certificates,
  { certificateTemplate }: Settings,
): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['acm-pca:IssueCertificate'],
      resources: [certificateAuthorityArn],
      conditions: {
        StringEquals: {
          'acm-pca:TemplateArn': `arn:${stack.partition}:acm-pca:::template/${certificateTemplate}`,
        },
      },
    }),
    new PolicyStatement({
      actions: ['acm-pca:GetCertificate', 'acm-pca:DescribeCertificateAuthority'],
      resources: [certificateAuthorityArn],
    }),
    new PolicyStatement({
      actions: ['secretsmanager:PutSecretValue'],
      resources: [consumerSecret, producerSecret],
    }),
  ];
}
