import { CfnOutput, RemovalPolicy, Stack, Validations, type StackProps } from 'aws-cdk-lib';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { encryptionKey } from './encryption.ts';
import { KafkaCluster } from './kafka-cluster.ts';
import { Lake } from './lake.ts';
import { Network } from './network.ts';
import { exportPlatform } from './platform.ts';
import type { Settings } from './settings.ts';

export interface PlatformProps extends StackProps {
  readonly settings: Settings;
}

const imagesKept = 20;

/** The stack that holds state: network, authority, Kafka, lake, image repository and secrets. */
export class PlatformStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: PlatformProps) {
    super(scope, id, { description: 'glueless: network, Kafka with mutual TLS, lake', ...props });
    const key = encryptionKey(this, settings);
    const network = new Network(this, 'Network', { settings, key });
    const kafka = new KafkaCluster(this, 'Kafka', { network, settings, key });
    const lake = new Lake(this, 'Lake', { settings, key });
    const repository = new Repository(this, 'Repository', {
      repositoryName: this.stackName.toLowerCase(),
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      lifecycleRules: [{ maxImageCount: imagesKept }],
      removalPolicy: RemovalPolicy.DESTROY,
      // images can be built again; a repository that holds some could not be deleted
      emptyOnDelete: true,
    });
    Validations.of(lake.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'who reads the lake is told by data events of CloudTrail, which an account sets up once for all buckets',
    });
    exportPlatform(this, {
      vpcId: network.vpc.vpcId,
      subnets: network.subnetIds.join(','),
      clientSecurityGroup: kafka.clients.securityGroupId,
      ...(kafka.authorityArn !== undefined && {
        certificates: {
          certificateAuthorityArn: kafka.authorityArn,
          consumerSecret: this.#certificate('Consumer', key),
          producerSecret: this.#certificate('Producer', key),
        },
      }),
      repositoryName: repository.repositoryName,
      bucketName: lake.bucket.bucketName,
      workgroup: lake.workgroup,
      ...(key !== undefined && { encryptionKeyArn: key.keyArn }),
    });
    new CfnOutput(this, 'RepositoryUri', { value: repository.repositoryUri });
    if (kafka.clusterArn !== undefined) new CfnOutput(this, 'ClusterArn', { value: kafka.clusterArn });
  }

  /** ARN of a secret for a certificate, which `glueless cert request` fills. */
  #certificate(who: string, key: IKey | undefined): string {
    const secret = new Secret(this, `${who}Certificate`, {
      description: `${who}: client certificate and key for Kafka, put in by glueless cert request`,
      ...(key !== undefined && { encryptionKey: key }),
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'renewed by the scheduled task of the service stack, which needs no function',
    });
    return secret.secretArn;
  }
}
