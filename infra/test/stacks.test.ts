import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesize, type Resource } from '../templates.ts';

const root = join(import.meta.dirname, '../..');
const templates = synthesize();
const platform = Template.fromJSON({ ...templates['GluelessPlatform.template.json'] });
const service = Template.fromJSON({ ...templates['GluelessService.template.json'] });
const resources = Object.values(templates).flatMap(({ Resources }) => Object.values(Resources));
const ofType = (type: string): Resource[] => resources.filter(({ Type }) => Type === type);

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const statements: Statement[] = ofType('AWS::IAM::Policy').flatMap(
  ({ Properties }) => Properties.PolicyDocument.Statement,
);
const actionsOf = ({ Action }: Statement): readonly string[] => [Action].flat();

describe('the stacks', () => {
  it('are what the shipped templates say', () => {
    for (const [name, template] of Object.entries(templates))
      expect(JSON.parse(readFileSync(join(root, 'infra/templates', name), 'utf8'))).toEqual(template);
  });

  it('pass cdk-nag with every setting at its other value', () => {
    const other = {
      natGateways: '2',
      interfaceEndpoints: 'true',
      certificateAuthorityArn: 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/a',
      certificateAuthorityMode: 'SHORT_LIVED_CERTIFICATE',
      image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/glueless:1',
      partitions: '12',
      denyWithoutAcl: 'true',
    };
    expect(Object.keys(synthesize(other))).toHaveLength(2);
  });

  it('name a setting that is not as expected', () => {
    expect(() => synthesize({ certificateAuthorityMode: 'CHEAP' })).toThrow(/certificateAuthorityMode/);
  });

  it('need no assets and no bootstrapping', () => {
    expect(JSON.stringify(templates)).not.toMatch(/cdk-bootstrap|AssetParameters|cdk-hnb659fds/);
  });
});

describe('Kafka', () => {
  it('lets clients in by certificate only, over TLS', () => {
    platform.hasResourceProperties('AWS::MSK::Cluster', {
      ClientAuthentication: {
        Tls: { Enabled: true, CertificateAuthorityArnList: [Match.anyValue()] },
        Sasl: { Iam: { Enabled: false }, Scram: { Enabled: false } },
        Unauthenticated: { Enabled: false },
      },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true } },
      LoggingInfo: { BrokerLogs: { CloudWatchLogs: { Enabled: true } } },
    });
  });

  it('denies what no ACL allows once it is told so', () => {
    const properties = (settings: Record<string, string>): string =>
      JSON.stringify(synthesize(settings)['GluelessPlatform.template.json']);
    expect(properties({})).toContain('allow.everyone.if.no.acl.found=true');
    expect(properties({ denyWithoutAcl: 'true' })).toContain('allow.everyone.if.no.acl.found=false');
  });

  it('is reached by nobody but its clients, on the port for mutual TLS', () => {
    const ingress = [
      ...ofType('AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties),
      ...ofType('AWS::EC2::SecurityGroup').flatMap(({ Properties }) => Properties.SecurityGroupIngress ?? []),
    ];
    expect(ingress.map(({ FromPort, ToPort, CidrIp }) => ({ FromPort, ToPort, CidrIp }))).toEqual([
      { FromPort: 9094, ToPort: 9094, CidrIp: undefined },
    ]);
  });
});

describe('the lake', () => {
  it('is encrypted, private, and answers over TLS only', () => {
    platform.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    platform.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('outlives the stack', () => {
    platform.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    platform.hasResource('AWS::Glue::Database', { DeletionPolicy: 'Retain' });
  });

  it('is queried with a limit on what a query scans', () => {
    platform.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: { EnforceWorkGroupConfiguration: true, BytesScannedCutoffPerQuery: 10 * 1024 ** 3 },
    });
  });
});

describe('the service', () => {
  it('runs on a quarter of an ARM vCPU and 512 MB, and has a minute to end', () => {
    const consumers = ofType('AWS::ECS::TaskDefinition').filter(({ Properties }) =>
      Properties.ContainerDefinitions[0].Command.includes('consume'),
    );
    expect(consumers.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        Cpu: '256',
        Memory: '512',
        RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
        ContainerDefinitions: [expect.objectContaining({ StopTimeout: 60, ReadonlyRootFilesystem: true })],
      }),
    ]);
  });

  it('rolls a bad deployment back', () => {
    service.hasResourceProperties('AWS::ECS::Service', {
      DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
    });
  });

  it('scales on lag, to one consumer per partition at most', () => {
    const scaled = Template.fromJSON({ ...synthesize({ partitions: 12 })['GluelessService.template.json'] });
    scaled.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 1, MaxCapacity: 12 });
  });

  it('alarms on lag, staleness, dead letters, losses, damage, failures, restarts and certificates', () => {
    const about = ofType('AWS::CloudWatch::Alarm').filter(
      ({ Properties }) => Properties.AlarmDescription !== undefined,
    );
    const named = about.map(({ Properties }) => Properties.MetricName).filter((name) => name !== undefined);
    expect(new Set(named)).toEqual(
      new Set([
        'SumOffsetLag',
        'OldestRecordAgeMs',
        'DeadLetters',
        'RecordsLost',
        'RecordsUnreadable',
        'ObjectsMissing',
        'Failures',
        'Starts',
        'CertificateDaysLeft',
      ]),
    );
  });

  it('lets CloudWatch publish its alarms, of this account only, and nobody without TLS', () => {
    service.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });

  it('looks for log lines that the consumer writes', () => {
    const source = [
      'src/cli.ts',
      'src/app/observe/log-observer.ts',
      'src/commands/consume.ts',
      'src/kafka/tls-material.ts',
    ]
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n');
    const patterns = ofType('AWS::Logs::MetricFilter').map(({ Properties }) => String(Properties.FilterPattern));
    expect(patterns.length).toBeGreaterThan(4);
    for (const [, message = ''] of patterns.join('\n').matchAll(/\$\.msg = "([^"*]+)/g))
      expect(source).toContain(message);
    for (const field of ['oldestRecordAgeMs', 'deadLetters', 'daysLeft']) expect(source).toContain(field);
  });
});

describe('rights', () => {
  it('have no star for actions, and none for resources but the token of the registry', () => {
    const loose = statements.filter(
      (each) =>
        actionsOf(each).some((action) => action.includes('*')) ||
        ([each.Resource].flat().includes('*') && actionsOf(each).join() !== 'ecr:GetAuthorizationToken'),
    );
    expect(statements.length).toBeGreaterThan(8);
    expect(loose).toEqual([]);
  });

  it('are all in the list that docs/operations.md gives', () => {
    const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
    const used = statements.flatMap(actionsOf).filter((action) => /^(s3|glue|secretsmanager|acm-pca):/.test(action));
    expect(used.filter((action) => !page.includes(`\`${action}\``))).toEqual([]);
  });
});
