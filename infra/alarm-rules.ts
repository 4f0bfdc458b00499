import { TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ServiceMetrics } from './service-metrics.ts';
import { batchAgeSeconds, readConfig } from '../src/app/config/config.ts';
import { hasSeveralTopics, type Settings } from './settings.ts';

export interface AlarmRule {
  readonly metric: IMetric;
  readonly above?: number;
  readonly below?: number;
  /** Periods of the metric that it takes, one after the other. */
  readonly periods?: number;
  /** What it means, and what to do: the text of the message. */
  readonly about: string;
  readonly missing?: TreatMissingData;
}

/** Starts within half an hour that are no reason to look: scaling, a broker that was replaced. */
const startsTolerated = 5;

/** Longest that an alarm can look back, in minutes. */
const dayMinutes = 1440;

/** Alarms by name. Nothing that is missing rings, unless its rule says so. */
export function alarmRules(metrics: ServiceMetrics, settings: Settings): Record<string, AlarmRule> {
  return { ...brokerRules(metrics, settings), ...logRules(metrics, settings), ...taskRules(metrics) };
}

function brokerRules(metrics: ServiceMetrics, settings: Settings): Record<string, AlarmRule> {
  const { idleWithLag, timeLag, brokerDisk } = metrics;
  if (idleWithLag === undefined || timeLag === undefined || brokerDisk === undefined) return {};
  const ageSeconds = batchAgeSeconds(readConfig(settings.variables));
  return {
    NothingCommitted: {
      metric: idleWithLag,
      above: 0,
      periods: Math.min(dayMinutes, Math.ceil(ageSeconds / 60) + 15),
      about: 'records wait and nothing is written: is a consumer running, and ready? Look at the last lines of its log',
      // a group that never committed, or brokers that send no metric
      missing: TreatMissingData.BREACHING,
    },
    Behind: {
      metric: timeLag,
      above: ageSeconds + 300,
      periods: 10,
      about: 'the consumers are minutes behind by the brokers’ own measure: more of them, or larger tasks, help',
    },
    BrokerDisk: {
      metric: brokerDisk,
      above: 80,
      about: 'a broker’s disk is nearly full: give it more storage (brokerStorageGiB), or keep records for less time',
    },
  };
}

function logRules(metrics: ServiceMetrics, settings: Settings): Record<string, AlarmRule> {
  return {
    Freshness: {
      metric: metrics.fromLog('OldestRecordAgeMs').with({ statistic: 'p99' }),
      above: (batchAgeSeconds(readConfig(settings.variables)) + 240) * 1000,
      periods: 5,
      about: 'rows reach the lake minutes later than the age of a batch allows',
    },
    DeadLetters: {
      metric: metrics.fromLog('DeadLetters'),
      above: 0,
      about: 'records could not become rows: look at the dead letter table, then redrive',
    },
    RecordsLost: {
      metric: metrics.fromLog('RecordsLost'),
      above: 0,
      about: 'retention passed the consumer: verify names the offsets',
    },
    RecordsUnreadable: {
      metric: metrics.fromLog('RecordsUnreadable'),
      above: 0,
      about: 'a partition stands before records that can not be read: the line names the command that skips them',
    },
    ...(hasSeveralTopics(settings) && {
      TopicsTroubled: {
        metric: metrics.fromLog('TopicsTroubled'),
        above: 2,
        about: 'some of several topics are not written, the others are: the line says which and why',
      },
    }),
    ObjectsMissing: {
      metric: metrics.fromLog('ObjectsMissing'),
      above: 0,
      about: 'objects were removed from the lake: verify names them',
    },
    Failures: {
      metric: metrics.fromLog('Failures'),
      above: 2,
      about: 'the service stops again and again: the fatal line says why',
    },
    Restarts: {
      metric: metrics.fromLog('Starts'),
      // a deployment starts every consumer once
      above: settings.partitions + startsTolerated,
      about:
        'the service starts again and again, also without a fatal line: it may need more memory (exit code 134 or 137)',
    },
    BrokersSilent: {
      metric: metrics.fromLog('BrokersSilent'),
      above: 0,
      about: 'no broker answers: look at the brokers and the network; the service goes on by itself',
    },
    CertificateRefused: {
      metric: metrics.fromLog('CertificateRefused'),
      above: 0,
      about: 'a new client certificate can not be used, or the old one has expired: the line says why',
    },
    CertificateDaysLeft: {
      metric: metrics.fromLog('CertificateDaysLeft'),
      below: settings.certificateAuthorityMode === 'GENERAL_PURPOSE' ? 14 : 2,
      about: 'the client certificate expires soon and was not renewed: run the renewal task',
      // logged at start, at each rotation, and when few days are left
      missing: TreatMissingData.IGNORE,
    },
  };
}

function taskRules(metrics: ServiceMetrics): Record<string, AlarmRule> {
  return {
    NoTask: {
      metric: metrics.runningTasks,
      below: 1,
      periods: 5,
      about: 'no consumer runs: the service’s events in ECS say why',
      missing: TreatMissingData.BREACHING,
    },
  };
}
