import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnBatchScramSecret, CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import { certificateAuthority } from './certificate-authority.ts';
import { createLogGroup } from './log-group.ts';
import type { Network } from './network.ts';
import { brokerPort, clusterName, zoneCount, type Settings } from './settings.ts';

function serverProperties(settings: Settings): string {
  const replicas = zoneCount(settings);
  return [
    `allow.everyone.if.no.acl.found=${!settings.denyWithoutAcl}`,
    'auto.create.topics.enable=false',
    `default.replication.factor=${replicas}`,
    // of two brokers, two in-sync replicas would stop everything while one is patched
    `min.insync.replicas=${replicas - 1}`,
    'unclean.leader.election.enable=false',
    'log.retention.hours=168',
  ].join('\n');
}

export interface KafkaOptions {
  readonly network: Network;
  readonly settings: Settings;
  readonly key: IKey | undefined;
}

/** An MSK cluster that answers clients by one way to log in, over TLS, as certificates of the authority are; or the way to an existing one. */
export class KafkaCluster extends Construct {
  /** ARN of the cluster, if it is MSK's. */
  readonly clusterArn: string | undefined;
  /** The authority that signs clients' certificates, where these log in by them. */
  readonly authorityArn: string | undefined;
  /** Security group of everything that connects to the brokers. */
  readonly clients: SecurityGroup;

  constructor(scope: Construct, id: string, options: KafkaOptions) {
    super(scope, id);
    const { settings } = options;
    const { vpc } = options.network;
    this.authorityArn = settings.auth === 'tls' ? certificateAuthority(this, settings) : undefined;
    this.clients = new SecurityGroup(this, 'Clients', { vpc, description: 'Clients of the Kafka cluster' });
    const brokers =
      settings.brokerSecurityGroup === undefined
        ? new SecurityGroup(this, 'Brokers', {
            vpc,
            description: 'Brokers of the Kafka cluster',
            allowAllOutbound: false,
          })
        : SecurityGroup.fromSecurityGroupId(this, 'Brokers', settings.brokerSecurityGroup);
    brokers.addIngressRule(
      this.clients,
      Port.tcp(brokerPort(settings)),
      settings.auth === 'tls' ? 'mutual TLS' : `TLS, ${settings.auth}`,
    );
    this.clusterArn =
      settings.brokerSecurityGroup === undefined
        ? this.#createCluster(options, brokers.securityGroupId)
        : settings.clusterArn;
  }

  #createCluster({ settings, network, key }: KafkaOptions, securityGroupId: string): string {
    const { kafkaVersion, auth, saslSecretArn } = settings;
    const { authorityArn } = this;
    const configuration = new CfnConfiguration(this, 'Configuration', {
      name: `${clusterName(settings)}-configuration`,
      kafkaVersionsList: [kafkaVersion],
      serverProperties: serverProperties(settings),
    });
    const log = createLogGroup(this, 'BrokerLog', key);
    const cluster = new CfnCluster(this, 'Cluster', {
      clusterName: clusterName(settings),
      kafkaVersion,
      numberOfBrokerNodes: zoneCount(settings) * settings.brokersPerZone,
      brokerNodeGroupInfo: {
        instanceType: settings.brokerInstanceType,
        clientSubnets: [...network.subnetIds],
        securityGroups: [securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: settings.brokerStorageGiB } },
      },
      configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
      clientAuthentication: {
        tls:
          authorityArn === undefined
            ? { enabled: false }
            : { enabled: true, certificateAuthorityArnList: [authorityArn] },
        sasl: { iam: { enabled: auth === 'iam' }, scram: { enabled: auth === 'scram' } },
        unauthenticated: { enabled: false },
      },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: log.logGroupName } } },
      // lag of groups and the brokers' disks are in it, and it costs nothing
      enhancedMonitoring: 'DEFAULT',
    });
    if (auth === 'scram' && saslSecretArn !== undefined)
      new CfnBatchScramSecret(this, 'User', { clusterArn: cluster.attrArn, secretArnList: [saslSecretArn] });
    return cluster.attrArn;
  }
}
