import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { synthesize, type Resource, type Template } from '../templates.ts';

const root = join(import.meta.dirname, '../..');

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

export type Templates = Readonly<Record<string, Template>>;

/** The stacks as they are without any setting. */
export const templates = synthesize();
export const platform = assertionsOn(templates, 'GluelessPlatform');
export const service = assertionsOn(templates, 'GluelessService');

/** Settings that all differ from their defaults. */
export const otherSettings = {
  platformName: 'StagingPlatform',
  serviceName: 'StagingOrders',
  topic: 'orders',
  group: 'orders',
  database: 'shop_staging',
  table: 'orders',
  partitions: '12',
  availabilityZones: 'eu-west-1a,eu-west-1b,eu-west-1c',
  natGateways: '2',
  interfaceEndpoints: 'true',
  kafkaVersion: '4.1.x.kraft',
  brokerInstanceType: 'kafka.m7g.xlarge',
  brokersPerZone: '2',
  brokerStorageGiB: '500',
  denyWithoutAcl: 'true',
  certificateAuthorityMode: 'SHORT_LIVED_CERTIFICATE',
  certificateTemplate: 'EndEntityCertificate/V1',
  encryptionKey: 'create',
  image: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/glueless@sha256:${'0'.repeat(64)}`,
  cpu: '1024',
  memoryMiB: '2048',
  capacity: 'spot',
  executeCommand: 'true',
  containerInsights: 'true',
  monitor: 'true',
  monitorClients: 'sg-0123456789abcdef0',
  variables: '{"BATCH_AGE_MAX_SECONDS":"300","SCHEMA_HINTS":"seq bigint, tags array<string>","SCHEMA_POLICY":"log"}',
};

/** Settings for an account in which everything is there already. */
export const existingSettings = {
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
  brokerSecurityGroup: 'sg-0123456789abcdef0',
  bucketName: 'my-lake',
  databaseExists: 'true',
  certificateAuthorityArn: 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/a',
  encryptionKey: 'arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012',
  image: `ghcr.io/example/glueless@sha256:${'0'.repeat(64)}`,
};

/** The stacks with other settings, and with everything there already: made once for all tests. */
export const otherTemplates = synthesize(otherSettings);
export const existingTemplates = synthesize(existingSettings);

export function assertionsOn(made: Templates, stackName: string): Assertions {
  return Assertions.fromJSON({ ...made[`${stackName}.template.json`] });
}

export function resourcesOf(made: Templates, type: string): Resource[] {
  return Object.values(made)
    .flatMap(({ Resources }) => Object.values(Resources))
    .filter(({ Type }) => Type === type);
}

export interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

export function statementsOf(made: Templates): Statement[] {
  return resourcesOf(made, 'AWS::IAM::Policy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

export const actionsOf = ({ Action }: Statement): readonly string[] => [Action].flat();
