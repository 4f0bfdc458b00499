import { CfnOutput, CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import { SecurityGroup, SubnetType, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  CfnClusterCapacityProviderAssociations,
  type Cluster,
  FargateService,
  type FargateTaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { alarmRules } from './alarm-rules.ts';
import { Alarms } from './alarms.ts';
import { createCluster } from './cluster.ts';
import { addDashboard } from './dashboard.ts';
import { keyPermissions } from './encryption.ts';
import { lakePrefix } from './lake.ts';
import { loginOf, type Login } from './login.ts';
import { lakePermissions, messagePermissions, renewalPermissions, schemaPermissions } from './permissions.ts';
import { importPlatform, type Platform } from './platform.ts';
import { Renewal, renewalCommands } from './renewal.ts';
import { scaleOnTimeBehind } from './scaling.ts';
import { ServiceMetrics } from './service-metrics.ts';
import type { Settings } from './settings.ts';
import { TaskEvents } from './task-events.ts';
import { Tasks } from './tasks.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface ServiceProps extends StackProps {
  readonly settings: Settings;
}

interface Definitions {
  readonly consumer: FargateTaskDefinition;
  readonly replay: FargateTaskDefinition;
  readonly producer: FargateTaskDefinition;
  /** Missing when nobody has a certificate. */
  readonly renewal?: FargateTaskDefinition;
}

/** The stack that runs: the consumer as a service, simulator and replay as tasks, the renewal of certificates, alarms. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: ServiceProps) {
    super(scope, id, { description: 'glueless: consumer, replay, simulator, alarms', ...props });
    const platform = importPlatform(settings.platformName, {
      hasKey: settings.encryptionKey !== 'aws',
      hasCertificates: settings.auth === 'tls',
    });
    const tasks = new Tasks(this, 'Tasks', { platform, settings });
    const definitions = this.#define(tasks, platform, settings);
    const clients = SecurityGroup.fromSecurityGroupId(this, 'Clients', platform.clientSecurityGroup, {
      mutable: false,
    });
    const cluster = createCluster(this, platform, settings);
    const service = this.#runService(cluster, { consumer: definitions.consumer, clients, settings });
    const renewal = this.#renew(cluster, { task: definitions.renewal, clients, platform, settings });
    const metrics = new ServiceMetrics(this, 'Metrics', {
      log: tasks.log,
      ecs: { clusterName: cluster.clusterName, serviceName: service.serviceName },
      settings,
    });
    scaleOnTimeBehind(service, metrics, settings);
    const alarms = new Alarms(this, 'Alarms');
    const rules = { ...alarmRules(metrics, settings), ...(renewal && { RenewalNotStarted: renewal.alarm }) };
    for (const [name, rule] of Object.entries(rules)) alarms.add(name, rule);
    new TaskEvents(this, 'Events', {
      clusterArn: cluster.clusterArn,
      serviceArn: service.serviceArn,
      topic: alarms.topic,
    });
    const dashboard = addDashboard(this, metrics);
    const outputs = {
      ClusterName: cluster.clusterName,
      ServiceName: service.serviceName,
      ConsumerTask: definitions.consumer.family,
      ConsumerRoleArn: definitions.consumer.taskRole.roleArn,
      ReplayTask: definitions.replay.family,
      ProducerTask: definitions.producer.family,
      ...(definitions.renewal && { RenewalTask: definitions.renewal.family }),
      AlarmTopic: alarms.topic.topicArn,
      LogGroup: tasks.log.logGroupName,
      DashboardName: dashboard.dashboardName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
    acknowledgeWildcards(this, settings);
  }

  #define(tasks: Tasks, platform: Platform, settings: Settings): Definitions {
    const brokers = new CfnParameter(this, 'KafkaBrokers', {
      description: 'Bootstrap brokers; of MSK: BootstrapBrokerStringTls of aws kafka get-bootstrap-brokers',
      allowedPattern: '^[^:, ]+:[0-9]+(,[^:, ]+:[0-9]+)*$',
    }).valueAsString;
    const environment = (login: Login, topics: Record<string, string>): Record<string, string> => ({
      ...settings.variables,
      KAFKA_BROKERS: brokers,
      ...topics,
      KAFKA_GROUP_ID: settings.group,
      ...login.environment,
      LAKE: `s3://${platform.bucketName}/${lakePrefix}`,
      LAKE_DATABASE: settings.database,
      LAKE_TABLE: settings.table,
      ATHENA_WORKGROUP: platform.workgroup,
    });
    const keys = keyPermissions(this, platform.encryptionKeyArn);
    const consumer = loginOf(this, platform, settings, 'consumer');
    const producer = loginOf(this, platform, settings, 'producer');
    const lake = [
      ...lakePermissions(this, platform, settings),
      ...schemaPermissions(this, settings),
      ...messagePermissions(this, platform, settings),
    ];
    const asConsumer = {
      environment: environment(consumer, topicVariables(settings)),
      role: tasks.role('Consumer', [...lake, ...consumer.permissions, ...keys]),
      hasScratch: true,
    };
    return {
      consumer: tasks.define('Consumer', {
        command: ['consume'],
        // broker, topic and lake have answered once; after that a running service is left alone
        health: '/startupz',
        ...asConsumer,
      }),
      replay: tasks.define('Replay', { command: ['replay', '--all', '--dry-run'], ...asConsumer }),
      producer: tasks.define('Producer', {
        command: ['produce', '--rate', '5', '--partitions', String(settings.partitions)],
        environment: environment(producer, { KAFKA_TOPIC: settings.topic }),
        role: tasks.role('Producer', [...producer.permissions, ...keys]),
      }),
      ...(platform.certificates && {
        renewal: tasks.define('Renewal', {
          command: renewalCommands(platform.certificates, settings)[0],
          environment: {},
          role: tasks.role('Renewal', [...renewalPermissions(this, platform.certificates, settings), ...keys]),
        }),
      }),
    };
  }

  /** Keeps certificates from expiring, where clients have any. */
  #renew(
    cluster: Cluster,
    options: {
      readonly task: FargateTaskDefinition | undefined;
      readonly clients: ISecurityGroup;
      readonly platform: Platform;
      readonly settings: Settings;
    },
  ): Renewal | undefined {
    const { task, clients, platform, settings } = options;
    const { certificates } = platform;
    if (task === undefined || certificates === undefined) return undefined;
    const commands = renewalCommands(certificates, settings);
    return new Renewal(this, 'Renewal', { cluster, task, clients, commands, settings });
  }

  #runService(
    cluster: Cluster,
    options: {
      readonly consumer: FargateTaskDefinition;
      readonly clients: ISecurityGroup;
      readonly settings: Settings;
    },
  ): FargateService {
    const { consumer, clients, settings } = options;
    const capacityProvider = settings.capacity === 'spot' ? 'FARGATE_SPOT' : 'FARGATE';
    // without a count of its own: a deployment leaves what scaling has decided
    const service = new FargateService(this, 'ConsumerService', {
      cluster,
      taskDefinition: consumer,
      capacityProviderStrategies: [{ capacityProvider, weight: 1 }],
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      enableExecuteCommand: settings.executeCommand,
      securityGroups: [clients],
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    });
    // they are made before the service, and deleted after it: they can't go while a service uses them
    service.node.addDependency(
      new CfnClusterCapacityProviderAssociations(this, 'CapacityProviders', {
        cluster: cluster.clusterName,
        capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
        defaultCapacityProviderStrategy: [],
      }),
    );
    return service;
  }
}

/** What the consumer reads. */
function topicVariables({ topic, topics, topicPattern }: Settings): Record<string, string> {
  if (topics !== undefined) return { KAFKA_TOPICS: topics };
  return topicPattern === undefined ? { KAFKA_TOPIC: topic } : { KAFKA_TOPIC_PATTERN: topicPattern };
}
