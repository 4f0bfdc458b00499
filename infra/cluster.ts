import { Fn, Validations, type Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import type { Platform } from './platform.ts';
import type { Settings } from './settings.ts';

/** A cluster for tasks in the platform's private subnets. */
export function createCluster(stack: Stack, { vpcId, subnets }: Platform, { containerInsights }: Settings): Cluster {
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId,
    // one of the list, which is as long as the platform has made it
    availabilityZones: ['of the platform'],
    privateSubnetIds: Fn.split(',', subnets),
  });
  const reason = 'the ids are handed on to ECS as they are; nobody asks for a single subnet or its route table';
  for (const warning of ['vpcAttributeIsListTokenprivateSubnetIds', 'noSubnetRouteTableId'])
    Validations.of(vpc).acknowledge({ id: `Annotation::@aws-cdk/aws-ec2:${warning}`, reason });
  const cluster = new Cluster(stack, 'Cluster', {
    vpc,
    containerInsightsV2: containerInsights ? ContainerInsights.ENABLED : ContainerInsights.DISABLED,
  });
  Validations.of(cluster).acknowledge({
    id: 'AwsSolutions-ECS4',
    reason: 'the alarms need none of its metrics, each of which has a price; the setting containerInsights turns it on',
  });
  return cluster;
}
