import { CfnOutput, CfnParameter, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights, FargateService, type FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { EcsTask } from 'aws-cdk-lib/aws-events-targets';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { Alarms, lagMetric } from './alarms.ts';
import { lakePrefix } from './lake.ts';
import { certificatePermissions, lakePermissions, renewalPermissions } from './permissions.ts';
import type { PlatformStack } from './platform-stack.ts';
import type { Settings } from './settings.ts';
import { Tasks } from './tasks.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface ServiceProps extends StackProps {
  readonly settings: Settings;
  readonly platform: PlatformStack;
}

/** Lifetime of a certificate and schedule of its renewal. */
const renewals = {
  GENERAL_PURPOSE: { validDays: 90, everyDays: 30 },
  SHORT_LIVED_CERTIFICATE: { validDays: 7, everyDays: 2 },
} as const;

/** The stack that runs: the consumer as a service, simulator and replay as tasks, the renewal of certificates, alarms. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { settings, platform, ...props }: ServiceProps) {
    super(scope, id, { description: 'glueless: consumer, replay, simulator, alarms', ...props });
    const brokers = new CfnParameter(this, 'KafkaBrokers', {
      description: 'BootstrapBrokerStringTls of aws kafka get-bootstrap-brokers',
      allowedPattern: '^[^:, ]+:9094(,[^:, ]+:9094)*$',
    }).valueAsString;
    const tasks = new Tasks(this, 'Tasks', { platform, settings });
    const environment = (secretArn: string): Record<string, string> => ({
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC: settings.topic,
      KAFKA_GROUP_ID: settings.group,
      KAFKA_TLS_SECRET_ID: secretArn,
      LAKE: `s3://${platform.lake.bucket.bucketName}/${lakePrefix}`,
      LAKE_DATABASE: settings.database,
      LAKE_TABLE: settings.table,
      ATHENA_WORKGROUP: platform.lake.workgroup,
    });
    const { secretArn: consumerSecret } = platform.consumerCertificate;
    const { secretArn: producerSecret } = platform.producerCertificate;
    const asConsumer = {
      environment: environment(consumerSecret),
      permissions: [...lakePermissions(platform, settings), certificatePermissions(consumerSecret)],
    };
    const consumer = tasks.define('Consumer', { command: ['consume'], ...asConsumer });
    const replay = tasks.define('Replay', { command: ['replay', '--all', '--dry-run'], ...asConsumer });
    const producer = tasks.define('Producer', {
      command: ['produce', '--rate', '5', '--partitions', String(settings.partitions)],
      environment: environment(producerSecret),
      permissions: [certificatePermissions(producerSecret)],
    });
    const { validDays, everyDays } = renewals[settings.certificateAuthorityMode];
    const request = ['cert', 'request', '--authority', platform.kafka.authorityArn, '--days', String(validDays)];
    const renew = (name: string, secretArn: string): string[] => [...request, '--name', name, '--secret', secretArn];
    const renewal = tasks.define('Renewal', {
      command: renew('glueless-consumer', consumerSecret),
      environment: {},
      permissions: renewalPermissions(platform),
    });
    const cluster = new Cluster(this, 'Cluster', {
      vpc: platform.network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });
    const lag = lagMetric(platform.kafka.clusterName, settings);
    this.#runService({ cluster, platform, consumer, lag, settings });
    const renewing = [renew('glueless-consumer', consumerSecret), renew('glueless-producer', producerSecret)];
    new Rule(this, 'RenewalSchedule', {
      schedule: Schedule.rate(Duration.days(everyDays)),
      targets: renewing.map(
        (command) =>
          new EcsTask({
            cluster,
            taskDefinition: renewal,
            containerOverrides: [{ containerName: 'glueless', command }],
            securityGroups: [platform.kafka.clients],
            subnetSelection: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
            retryAttempts: 3,
          }),
      ),
    });
    const alarms = new Alarms(this, 'Alarms', { log: tasks.log, lag, settings });
    const outputs = {
      ClusterName: cluster.clusterName,
      ReplayTask: replay.family,
      ProducerTask: producer.family,
      RenewalTask: renewal.family,
      AlarmTopic: alarms.topic.topicArn,
      LogGroup: tasks.log.logGroupName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
    acknowledgeWildcards(this);
  }

  #runService(options: {
    readonly cluster: Cluster;
    readonly platform: PlatformStack;
    readonly consumer: FargateTaskDefinition;
    readonly lag: Metric;
    readonly settings: Settings;
  }): void {
    const service = new FargateService(this, 'ConsumerService', {
      cluster: options.cluster,
      taskDefinition: options.consumer,
      // auto scaling decides how many run
      desiredCount: 1,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      securityGroups: [options.platform.kafka.clients],
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    });
    service.autoScaleTaskCount({ minCapacity: 1, maxCapacity: options.settings.partitions }).scaleOnMetric('OnLag', {
      metric: options.lag,
      adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
      evaluationPeriods: 3,
      cooldown: Duration.minutes(5),
      scalingSteps: [
        { upper: 10_000, change: -1 },
        { lower: 200_000, change: 1 },
        { lower: 2_000_000, change: 3 },
      ],
    });
  }
}
