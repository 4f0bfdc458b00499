import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesize } from '../templates.ts';
import {
  assertionsOn,
  existingSettings,
  existingTemplates,
  otherTemplates,
  platform,
  resourcesOf,
  templates,
} from './templates.ts';

/** The stack that holds state. */
export function platformSuite(): void {
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

    it('runs without ZooKeeper, with the metrics that cost nothing', () => {
      platform.hasResourceProperties('AWS::MSK::Cluster', {
        KafkaVersion: Match.stringLikeRegexp('\\.kraft$'),
        EnhancedMonitoring: 'DEFAULT',
      });
      expect(() => synthesize({ kafkaVersion: '3.9.x' })).toThrow(/kafkaVersion/);
    });

    it('is as large, and in those zones, as the settings say', () => {
      const other = assertionsOn(otherTemplates, 'StagingPlatform');
      other.hasResourceProperties('AWS::MSK::Cluster', {
        KafkaVersion: '4.1.x.kraft',
        NumberOfBrokerNodes: 6,
        BrokerNodeGroupInfo: Match.objectLike({
          InstanceType: 'kafka.m7g.xlarge',
          ClientSubnets: Match.arrayEquals([Match.anyValue(), Match.anyValue(), Match.anyValue()]),
          StorageInfo: { EBSStorageInfo: { VolumeSize: 500 } },
        }),
      });
      const zones = resourcesOf(otherTemplates, 'AWS::EC2::Subnet').map(
        ({ Properties }) => Properties.AvailabilityZone,
      );
      expect(new Set(zones)).toEqual(new Set(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']));
    });

    it('denies what no ACL allows once it is told so', () => {
      expect(JSON.stringify(templates)).toContain('allow.everyone.if.no.acl.found=true');
      expect(JSON.stringify(otherTemplates)).toContain('allow.everyone.if.no.acl.found=false');
    });

    it('is reached by nobody but its clients, on the port for mutual TLS', () => {
      const ingress = [
        ...resourcesOf(templates, 'AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties),
        ...resourcesOf(templates, 'AWS::EC2::SecurityGroup').flatMap(
          ({ Properties }) => Properties.SecurityGroupIngress ?? [],
        ),
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

    it('outlives the stack, but not a first try that was rolled back', () => {
      platform.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'RetainExceptOnCreate' });
      platform.hasResource('AWS::Glue::Database', { DeletionPolicy: 'RetainExceptOnCreate' });
    });

    it('is queried with a limit on what a query scans', () => {
      platform.hasResourceProperties('AWS::Athena::WorkGroup', {
        WorkGroupConfiguration: { EnforceWorkGroupConfiguration: true, BytesScannedCutoffPerQuery: 10 * 1024 ** 3 },
      });
    });

    it('is encrypted by a key of one’s own, and so are certificates and logs', () => {
      const own = assertionsOn(otherTemplates, 'StagingPlatform');
      own.hasResourceProperties('AWS::S3::Bucket', {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { BucketKeyEnabled: true, ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) },
          ],
        },
      });
      for (const type of ['AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup'])
        for (const { Properties } of resourcesOf(otherTemplates, type)) expect(Properties).toHaveProperty('KmsKeyId');
      own.hasResourceProperties('AWS::KMS::Key', {
        KeyPolicy: {
          Statement: Match.arrayWith([
            Match.objectLike({ Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': Match.anyValue() } } }),
          ]),
        },
      });
    });
  });

  it('the repository can be deleted with the images in it', () => {
    platform.hasResourceProperties('AWS::ECR::Repository', { EmptyOnDelete: true });
  });

  it('what is there already is used, and not made again', () => {
    const existing = assertionsOn(existingTemplates, 'GluelessPlatform');
    const types = Object.values(existingTemplates['GluelessPlatform.template.json']?.Resources ?? {}).map(
      ({ Type }) => Type,
    );
    expect(new Set(types)).toEqual(
      new Set([
        'AWS::EC2::SecurityGroup',
        'AWS::EC2::SecurityGroupIngress',
        'AWS::Athena::WorkGroup',
        'AWS::ECR::Repository',
        'AWS::SecretsManager::Secret',
      ]),
    );
    existing.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: existingSettings.brokerSecurityGroup });
    existing.hasOutput('BucketName', { Value: existingSettings.bucketName });
    existing.hasOutput('Subnets', { Value: existingSettings.subnetIds });
    existing.hasOutput('CertificateAuthorityArn', { Value: existingSettings.certificateAuthorityArn });
  });
}
