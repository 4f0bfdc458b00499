import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnCertificate, CfnCertificateAuthority, CfnCertificateAuthorityActivation } from 'aws-cdk-lib/aws-acmpca';
import { Port, SecurityGroup, type Vpc } from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

const kafkaVersion = '3.9.x';
const mutualTlsPort = 9094;
const brokers = 2;
const storageGiB = 20;

function serverProperties({ denyWithoutAcl }: Settings): string {
  return [
    `allow.everyone.if.no.acl.found=${!denyWithoutAcl}`,
    'auto.create.topics.enable=false',
    `default.replication.factor=${brokers}`,
    // with two brokers, two in-sync replicas would stop everything while one is patched
    'min.insync.replicas=1',
    'unclean.leader.election.enable=false',
    'log.retention.hours=168',
  ].join('\n');
}

/** An MSK cluster that answers only clients with a certificate of the authority, over TLS. */
export class KafkaCluster extends Construct {
  readonly clusterArn: string;
  readonly clusterName: string;
  readonly authorityArn: string;
  /** Security group of everything that connects to the brokers. */
  readonly clients: SecurityGroup;

  constructor(scope: Construct, id: string, { vpc, settings }: { readonly vpc: Vpc; readonly settings: Settings }) {
    super(scope, id);
    this.authorityArn = settings.certificateAuthorityArn ?? this.#createAuthority(settings);
    this.clients = new SecurityGroup(this, 'Clients', { vpc, description: 'Clients of the Kafka cluster' });
    const servers = new SecurityGroup(this, 'Brokers', {
      vpc,
      description: 'Brokers of the Kafka cluster',
      allowAllOutbound: false,
    });
    servers.addIngressRule(this.clients, Port.tcp(mutualTlsPort), 'mutual TLS');
    const configuration = new CfnConfiguration(this, 'Configuration', {
      name: `${Stack.of(this).stackName}-configuration`,
      kafkaVersionsList: [kafkaVersion],
      serverProperties: serverProperties(settings),
    });
    const log = new LogGroup(this, 'BrokerLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.clusterName = Stack.of(this).stackName;
    const cluster = new CfnCluster(this, 'Cluster', {
      clusterName: this.clusterName,
      kafkaVersion,
      numberOfBrokerNodes: brokers,
      brokerNodeGroupInfo: {
        instanceType: 'kafka.t3.small',
        clientSubnets: vpc.privateSubnets.map(({ subnetId }) => subnetId),
        securityGroups: [servers.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: storageGiB } },
      },
      configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
      clientAuthentication: {
        tls: { enabled: true, certificateAuthorityArnList: [this.authorityArn] },
        sasl: { iam: { enabled: false }, scram: { enabled: false } },
        unauthenticated: { enabled: false },
      },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: log.logGroupName } } },
      enhancedMonitoring: 'PER_BROKER',
    });
    this.clusterArn = cluster.attrArn;
  }

  #createAuthority({ certificateAuthorityMode }: Settings): string {
    const algorithms = { keyAlgorithm: 'EC_prime256v1', signingAlgorithm: 'SHA256WITHECDSA' };
    const authority = new CfnCertificateAuthority(this, 'Authority', {
      type: 'ROOT',
      ...algorithms,
      usageMode: certificateAuthorityMode,
      subject: { commonName: `${Stack.of(this).stackName} Kafka clients` },
    });
    const certificate = new CfnCertificate(this, 'AuthorityCertificate', {
      certificateAuthorityArn: authority.attrArn,
      certificateSigningRequest: authority.attrCertificateSigningRequest,
      signingAlgorithm: algorithms.signingAlgorithm,
      templateArn: `arn:${Stack.of(this).partition}:acm-pca:::template/RootCACertificate/V1`,
      validity: { type: 'YEARS', value: 10 },
    });
    const activation = new CfnCertificateAuthorityActivation(this, 'AuthorityActivation', {
      certificateAuthorityArn: authority.attrArn,
      certificate: certificate.attrCertificate,
      status: 'ACTIVE',
    });
    // resources that use the authority wait until it can sign
    return activation.ref;
  }
}
