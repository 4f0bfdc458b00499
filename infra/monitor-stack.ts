import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { FargateService } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { createCluster } from './cluster.ts';
import { keyPermissions } from './encryption.ts';
import { lakePrefix } from './lake.ts';
import { monitorPermissions } from './permissions.ts';
import { importPlatform } from './platform.ts';
import type { Settings } from './settings.ts';
import { httpPort, Tasks } from './tasks.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface MonitorProps extends StackProps {
  readonly settings: Settings;
}

/**
 * The stack that shows: one task with the monitor in the private subnets, which reads the lake and changes nothing. It has no public address
 * and no certificate: what stands before it, and who may pass, is for the hospital's own load balancer or VPN.
 */
export class MonitorStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: MonitorProps) {
    super(scope, id, { description: 'glueless: the monitor', ...props });
    const platform = importPlatform(settings.platformName, {
      hasKey: settings.encryptionKey !== 'aws',
      hasCertificates: false,
    });
    const tasks = new Tasks(this, 'Tasks', { platform, settings });
    const task = tasks.define('Monitor', {
      command: ['monitor'],
      health: '/livez',
      environment: {
        ...settings.variables,
        KAFKA_TOPIC: settings.topic,
        LAKE: `s3://${platform.bucketName}/${lakePrefix}`,
        LAKE_DATABASE: settings.database,
        LAKE_TABLE: settings.table,
        ATHENA_WORKGROUP: platform.workgroup,
      },
      role: tasks.role('Monitor', [
        ...monitorPermissions(this, platform, settings),
        ...keyPermissions(this, platform.encryptionKeyArn),
      ]),
    });
    const cluster = createCluster(this, platform, settings);
    const reached = new SecurityGroup(this, 'Reached', { vpc: cluster.vpc, description: 'the monitor of glueless' });
    if (settings.monitorClients !== undefined)
      reached.addIngressRule(
        SecurityGroup.fromSecurityGroupId(this, 'Clients', settings.monitorClients),
        Port.tcp(httpPort),
      );
    const service = new FargateService(this, 'MonitorService', {
      cluster,
      taskDefinition: task,
      desiredCount: 1,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      securityGroups: [reached],
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    });
    const outputs = {
      ClusterName: cluster.clusterName,
      ServiceName: service.serviceName,
      SecurityGroup: reached.securityGroupId,
      LogGroup: tasks.log.logGroupName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
    acknowledgeWildcards(this, settings);
  }
}
