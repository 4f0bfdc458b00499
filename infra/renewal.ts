import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SubnetType, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Cluster, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { EcsTask } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { AlarmRule } from './alarm-rules.ts';
import type { Certificates } from './platform.ts';
import type { Settings } from './settings.ts';

/** Days between renewals, of certificates that are valid for 90 and for 7 days. */
const everyDays = { GENERAL_PURPOSE: 30, SHORT_LIVED_CERTIFICATE: 2 } as const;

/** The commands that renew the certificates of consumer and producer. */
export function renewalCommands(
  { certificateAuthorityArn, consumerSecret, producerSecret }: Certificates,
  { certificateTemplate }: Settings,
): [consumer: string[], producer: string[]] {
  const request = ['cert', 'request', '--authority', certificateAuthorityArn, '--template', certificateTemplate];
  const renew = (name: string, secret: string): string[] => [...request, '--name', name, '--secret', secret];
  return [renew('glueless-consumer', consumerSecret), renew('glueless-producer', producerSecret)];
}

export interface RenewalOptions {
  readonly cluster: Cluster;
  readonly task: FargateTaskDefinition;
  readonly clients: ISecurityGroup;
  readonly commands: readonly string[][];
  readonly settings: Settings;
}

/** Runs the renewal of each certificate, long before it expires. */
export class Renewal extends Construct {
  readonly #schedule: Rule;

  constructor(scope: Construct, id: string, options: RenewalOptions) {
    super(scope, id);
    this.#schedule = new Rule(this, 'Schedule', {
      schedule: Schedule.rate(Duration.days(everyDays[options.settings.certificateAuthorityMode])),
      targets: options.commands.map(
        (command) =>
          new EcsTask({
            cluster: options.cluster,
            taskDefinition: options.task,
            containerOverrides: [{ containerName: 'glueless', command }],
            securityGroups: [options.clients],
            subnetSelection: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
            retryAttempts: 3,
          }),
      ),
    });
  }

  /** Rings when a renewal could not be started; one that ended badly is told by the events of tasks. */
  get alarm(): AlarmRule {
    return {
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'FailedInvocations',
        dimensionsMap: { RuleName: this.#schedule.ruleName },
        statistic: 'Sum',
        period: Duration.hours(1),
      }),
      above: 0,
      about:
        'the renewal of a certificate could not be started: run the renewal task by hand, and look at its schedule',
    };
  }
}
