import { Duration, Stack } from 'aws-cdk-lib';
import { MathExpression, Metric, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { clusterName, hasSeveralTopics, isMsk, type Settings } from './settings.ts';

const minute = Duration.minutes(1);
const committed = '{ $.msg = "batch committed" }';

interface LogRule {
  readonly pattern: string;
  readonly value: string;
  readonly statistic: string;
  readonly period: Duration;
}

/** Metrics that are made from lines of the service's log, which docs/observe.md explains. */
const logRules = {
  Commits: { pattern: committed, value: '1', statistic: 'Sum', period: minute },
  Rows: { pattern: committed, value: '$.rows', statistic: 'Sum', period: minute },
  OldestRecordAgeMs: { pattern: committed, value: '$.oldestRecordAgeMs', statistic: 'Maximum', period: minute },
  DeadLetters: { pattern: committed, value: '$.deadLetters', statistic: 'Sum', period: Duration.minutes(5) },
  RecordsLost: { pattern: '{ $.msg = "Kafka no longer holds*" }', value: '1', statistic: 'Sum', period: minute },
  RecordsUnreadable: {
    pattern: '{ $.code = "RECORDS_UNREADABLE" }',
    value: '1',
    statistic: 'Sum',
    period: Duration.minutes(5),
  },
  TopicsTroubled: {
    pattern: '{ $.msg = "a topic is not written*" }',
    value: '1',
    statistic: 'Sum',
    period: Duration.minutes(15),
  },
  ObjectsMissing: {
    pattern: '{ $.msg = "an object that the ledger lists is gone*" }',
    value: '1',
    statistic: 'Sum',
    period: minute,
  },
  Failures: { pattern: '{ $.level = "fatal" }', value: '1', statistic: 'Sum', period: Duration.minutes(15) },
  Starts: { pattern: '{ $.msg = "starting" }', value: '1', statistic: 'Sum', period: Duration.minutes(30) },
  BrokersSilent: {
    pattern: '{ $.msg = "no broker has answered for minutes*" }',
    value: '1',
    statistic: 'Sum',
    period: Duration.minutes(15),
  },
  CertificateRefused: {
    pattern: '{ ($.msg = "the new client certificate*") || ($.msg = "client certificate has expired*") }',
    value: '1',
    statistic: 'Sum',
    period: Duration.minutes(5),
  },
  CertificateDaysLeft: {
    pattern: '{ $.daysLeft = * }',
    value: '$.daysLeft',
    statistic: 'Minimum',
    period: Duration.days(1),
  },
} satisfies Record<string, LogRule>;

export type LogMetric = keyof typeof logRules;

export interface ServiceMetricsOptions {
  readonly log: ILogGroup;
  readonly ecs: { readonly clusterName: string; readonly serviceName: string };
  readonly settings: Settings;
}

/** What alarms, scaling and dashboard look at. Namespace and dimensions are the service's own: several can share an account. */
export class ServiceMetrics extends Construct {
  readonly #log: ReadonlyMap<string, Metric>;
  readonly #options: ServiceMetricsOptions;

  constructor(scope: Construct, id: string, options: ServiceMetricsOptions) {
    super(scope, id);
    this.#options = options;
    const rules = Object.entries(logRules).filter(
      ([name]) => name !== 'TopicsTroubled' || hasSeveralTopics(options.settings),
    );
    this.#log = new Map(rules.map(([name, rule]) => [name, this.#fromLog(name, rule)]));
  }

  fromLog(name: LogMetric): Metric {
    const metric = this.#log.get(name);
    if (metric === undefined) throw new RangeError(`no metric ${name}`);
    return metric;
  }

  /** Records that the group has not committed, by the brokers, which tell it also when no consumer runs. `undefined` without MSK. */
  get lag(): Metric | undefined {
    return this.#ofGroup('SumOffsetLag');
  }

  /** How long ago the group was where it should be, in seconds, by the brokers. `undefined` without MSK. */
  get timeLag(): Metric | undefined {
    return this.#ofGroup('EstimatedMaxTimeLag');
  }

  /** 1 while records wait, or nobody tells whether they do, and no batch was committed in the minute. `undefined` without MSK. */
  get idleWithLag(): IMetric | undefined {
    const { lag } = this;
    if (lag === undefined) return undefined;
    return new MathExpression({
      expression: 'IF(FILL(lag, 1) > 0 AND FILL(commits, 0) == 0, 1, 0)',
      usingMetrics: { lag, commits: this.fromLog('Commits') },
      label: 'records wait, none are committed',
      period: minute,
    });
  }

  /** Fullest disk of the brokers, in percent. `undefined` without MSK. */
  get brokerDisk(): IMetric | undefined {
    const { settings } = this.#options;
    if (!isMsk(settings)) return undefined;
    // whatever their number is
    return new MathExpression({
      expression: `SELECT MAX(KafkaDataLogsDiskUsed) FROM SCHEMA("AWS/Kafka", "Broker ID", "Cluster Name") WHERE "Cluster Name" = '${clusterName(settings)}'`,
      label: 'fullest disk of a broker, %',
      period: Duration.minutes(5),
    });
  }

  /** Running tasks: each sends a sample of its CPU every minute. */
  get runningTasks(): Metric {
    return this.cpu.with({ statistic: 'SampleCount' });
  }

  /** CPU of the service's tasks, in percent of what they have. */
  get cpu(): Metric {
    return this.#ofService('CPUUtilization');
  }

  get memory(): Metric {
    return this.#ofService('MemoryUtilization').with({ statistic: 'Maximum' });
  }

  #fromLog(name: string, { pattern, value, statistic, period }: LogRule): Metric {
    const filter = new MetricFilter(this, `${name}Filter`, {
      logGroup: this.#options.log,
      metricNamespace: `Glueless/${Stack.of(this).stackName}`,
      metricName: name,
      metricValue: value,
      filterPattern: FilterPattern.literal(pattern),
    });
    return filter.metric({ statistic, period });
  }

  #ofGroup(metricName: string): Metric | undefined {
    const { settings } = this.#options;
    // of several topics each has a lag of its own
    if (!isMsk(settings) || hasSeveralTopics(settings)) return undefined;
    return new Metric({
      namespace: 'AWS/Kafka',
      metricName,
      dimensionsMap: { 'Cluster Name': clusterName(settings), 'Consumer Group': settings.group, Topic: settings.topic },
      statistic: 'Maximum',
      period: minute,
    });
  }

  #ofService(metricName: string): Metric {
    const { ecs } = this.#options;
    return new Metric({
      namespace: 'AWS/ECS',
      metricName,
      dimensionsMap: { ClusterName: ecs.clusterName, ServiceName: ecs.serviceName },
      statistic: 'Average',
      period: minute,
    });
  }
}
