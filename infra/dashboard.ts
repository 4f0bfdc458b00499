import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { ServiceMetrics } from './service-metrics.ts';

const width = 8;

/** A page with what the on-call engineer looks at first: is it fresh, does it keep up, is anything refused or lost, does it run? */
export function addDashboard(scope: Construct, metrics: ServiceMetrics): Dashboard {
  const { lag, timeLag, brokerDisk, cpu, memory, runningTasks } = metrics;
  const graph = (title: string, ...shown: readonly (IMetric | undefined)[]): GraphWidget =>
    new GraphWidget({ title, width, left: shown.filter((metric) => metric !== undefined) });
  const graphs = [
    graph('Age of the oldest record when it was written, ms', metrics.fromLog('OldestRecordAgeMs')),
    graph('Rows a minute', metrics.fromLog('Rows')),
    graph('Batches a minute', metrics.fromLog('Commits')),
    graph(
      'Dead letters, lost and unreadable',
      ...(['DeadLetters', 'RecordsLost', 'RecordsUnreadable', 'ObjectsMissing'] as const).map((name) =>
        metrics.fromLog(name),
      ),
    ),
    graph('Starts and failures', metrics.fromLog('Starts'), metrics.fromLog('Failures')),
    graph('Running tasks', runningTasks),
    graph('CPU and memory of the tasks, %', cpu, memory),
    graph('Days until the certificate expires', metrics.fromLog('CertificateDaysLeft')),
  ];
  const ofBrokers = [
    graph('Seconds behind, by the brokers', timeLag),
    graph('Records that wait, by the brokers', lag),
    graph('Fullest disk of a broker, %', brokerDisk),
  ];
  return new Dashboard(scope, 'Dashboard', { widgets: [lag === undefined ? graphs : [...graphs, ...ofBrokers]] });
}
