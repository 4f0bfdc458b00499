import { CfnOutput, RemovalPolicy, Stack, Validations, type StackProps } from 'aws-cdk-lib';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { KafkaCluster } from './kafka-cluster.ts';
import { Lake } from './lake.ts';
import { Network } from './network.ts';
import type { Settings } from './settings.ts';

export interface PlatformProps extends StackProps {
  readonly settings: Settings;
}

const imagesKept = 20;

/** The stack that holds state: network, authority, Kafka, lake, image repository and secrets. */
export class PlatformStack extends Stack {
  readonly network: Network;
  readonly kafka: KafkaCluster;
  readonly lake: Lake;
  readonly repository: Repository;
  readonly consumerCertificate: Secret;
  readonly producerCertificate: Secret;

  constructor(scope: Construct, id: string, { settings, ...props }: PlatformProps) {
    super(scope, id, { description: 'glueless: network, Kafka with mutual TLS, lake', ...props });
    this.network = new Network(this, 'Network', settings);
    this.kafka = new KafkaCluster(this, 'Kafka', { vpc: this.network.vpc, settings });
    this.lake = new Lake(this, 'Lake', settings);
    this.repository = new Repository(this, 'Repository', {
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      lifecycleRules: [{ maxImageCount: imagesKept }],
      removalPolicy: RemovalPolicy.DESTROY,
      emptyOnDelete: false,
    });
    this.consumerCertificate = this.#certificate('Consumer');
    this.producerCertificate = this.#certificate('Producer');
    this.#explainExceptions();
    const outputs = {
      ClusterArn: this.kafka.clusterArn,
      CertificateAuthorityArn: this.kafka.authorityArn,
      ConsumerSecret: this.consumerCertificate.secretArn,
      ProducerSecret: this.producerCertificate.secretArn,
      RepositoryUri: this.repository.repositoryUri,
      LakeUri: `s3://${this.lake.bucket.bucketName}/`,
      Workgroup: this.lake.workgroup,
      Subnets: this.network.vpc.privateSubnets.map(({ subnetId }) => subnetId).join(','),
      ClientSecurityGroup: this.kafka.clients.securityGroupId,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }

  /** Secrets of the certificates, filled by `glueless cert request`. */
  #certificate(who: string): Secret {
    return new Secret(this, `${who}Certificate`, {
      description: `${who}: client certificate and key for Kafka, put in by glueless cert request`,
    });
  }

  #explainExceptions(): void {
    for (const secret of [this.consumerCertificate, this.producerCertificate]) {
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason: 'renewed by the scheduled task of the service stack, which needs no function',
      });
    }
    Validations.of(this.lake.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'who reads the lake is told by data events of CloudTrail, which an account sets up once for all buckets',
    });
  }
}
