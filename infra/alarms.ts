import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, MetricFilter, type LogGroup } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

const namespace = 'Glueless';
const day = Duration.days(1);
const minute = Duration.minutes(1);

/** Starts within half an hour that are no reason to look: scaling, a broker that was replaced. */
const startsTolerated = 5;

/** Lag of the group by the brokers' own metric, which exists also when no consumer runs. */
export function lagMetric(clusterName: string, { topic, group }: Settings): Metric {
  return new Metric({
    namespace: 'AWS/Kafka',
    metricName: 'SumOffsetLag',
    dimensionsMap: { 'Cluster Name': clusterName, 'Consumer Group': group, Topic: topic },
    statistic: 'Maximum',
    period: minute,
  });
}

interface Rule {
  readonly metric: IMetric;
  readonly above?: number;
  readonly below?: number;
  readonly periods: number;
  readonly about: string;
  readonly missing: TreatMissingData;
}

export interface AlarmOptions {
  readonly log: LogGroup;
  readonly lag: Metric;
  readonly settings: Settings;
}

/** Alarms that an SNS topic passes on to its subscribers. Metrics other than the lag are made from the service's log lines. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { log, lag, settings }: AlarmOptions) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true, displayName: 'glueless' });
    Validations.of(this.topic).acknowledge({
      id: 'AwsSolutions-SNS2',
      reason: 'says which alarm rang, nothing of the data',
    });
    // a topic with a policy of its own has lost the default one, which let alarms of the account in
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    const fromLog = (
      name: string,
      pattern: string,
      options: { readonly value: string; readonly statistic: string; readonly period: Duration },
    ): Metric => {
      const filter = new MetricFilter(this, `${name}Filter`, {
        logGroup: log,
        metricNamespace: namespace,
        metricName: name,
        metricValue: options.value,
        filterPattern: FilterPattern.literal(pattern),
      });
      return filter.metric({ statistic: options.statistic, period: options.period });
    };
    const committed = '{ $.msg = "batch committed" }';
    const rules: Record<string, Rule> = {
      Lag: {
        metric: lag,
        above: 500_000,
        periods: 15,
        about: 'records wait and are not written: is a consumer running, and ready?',
        // a group that never committed, or brokers that send no metric
        missing: TreatMissingData.BREACHING,
      },
      Freshness: {
        metric: fromLog('OldestRecordAgeMs', committed, {
          value: '$.oldestRecordAgeMs',
          statistic: 'p99',
          period: minute,
        }),
        above: 300_000,
        periods: 5,
        about: 'rows reach the lake more than five minutes after their records were published',
        missing: TreatMissingData.NOT_BREACHING,
      },
      DeadLetters: {
        metric: fromLog('DeadLetters', committed, {
          value: '$.deadLetters',
          statistic: 'Sum',
          period: Duration.minutes(5),
        }),
        above: 0,
        periods: 1,
        about: 'records could not become rows: look at the dead letter table, then redrive',
        missing: TreatMissingData.NOT_BREACHING,
      },
      RecordsLost: {
        metric: fromLog('RecordsLost', '{ $.msg = "Kafka no longer holds*" }', {
          value: '1',
          statistic: 'Sum',
          period: minute,
        }),
        above: 0,
        periods: 1,
        about: 'retention passed the consumer: verify names the offsets',
        missing: TreatMissingData.NOT_BREACHING,
      },
      RecordsUnreadable: {
        metric: fromLog('RecordsUnreadable', '{ $.code = "RECORDS_UNREADABLE" }', {
          value: '1',
          statistic: 'Sum',
          period: Duration.minutes(5),
        }),
        above: 0,
        periods: 1,
        about: 'a partition stands before records that can not be read: the line names the command that skips them',
        missing: TreatMissingData.NOT_BREACHING,
      },
      ObjectsMissing: {
        metric: fromLog('ObjectsMissing', '{ $.msg = "an object that the ledger lists is gone*" }', {
          value: '1',
          statistic: 'Sum',
          period: minute,
        }),
        above: 0,
        periods: 1,
        about: 'objects were removed from the lake: verify names them',
        missing: TreatMissingData.NOT_BREACHING,
      },
      Failures: {
        metric: fromLog('Failures', '{ $.level = "fatal" }', {
          value: '1',
          statistic: 'Sum',
          period: Duration.minutes(15),
        }),
        above: 2,
        periods: 1,
        about: 'the service stops again and again: the fatal line says why',
        missing: TreatMissingData.NOT_BREACHING,
      },
      Restarts: {
        metric: fromLog('Starts', '{ $.msg = "starting" }', {
          value: '1',
          statistic: 'Sum',
          period: Duration.minutes(30),
        }),
        // a deployment starts every consumer once
        above: settings.partitions + startsTolerated,
        periods: 1,
        about:
          'the service starts again and again, also without a fatal line: it may need more memory (exit code 134 or 137)',
        missing: TreatMissingData.NOT_BREACHING,
      },
      CertificateDaysLeft: {
        metric: fromLog('CertificateDaysLeft', '{ $.daysLeft = * }', {
          value: '$.daysLeft',
          statistic: 'Minimum',
          period: day,
        }),
        below: settings.certificateAuthorityMode === 'GENERAL_PURPOSE' ? 14 : 2,
        periods: 1,
        about: 'the client certificate expires soon and was not renewed: run the renewal task',
        // logged at start, at each rotation, and when few days are left
        missing: TreatMissingData.IGNORE,
      },
    };
    for (const [name, rule] of Object.entries(rules)) this.#add(name, rule);
  }

  #add(name: string, { metric, above, below, periods, about, missing }: Rule): void {
    const alarm = new Alarm(this, name, {
      metric,
      threshold: above ?? below ?? 0,
      comparisonOperator:
        below === undefined ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missing,
      alarmDescription: about,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}
