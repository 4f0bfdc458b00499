import { Duration } from 'aws-cdk-lib';
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import type { ServiceMetrics } from './service-metrics.ts';
import { batchAgeSeconds, readConfig } from '../src/app/config/config.ts';
import type { Settings } from './settings.ts';

/** Below this the tasks have so little to do that one fewer can do it: it has at most twice as much then. */
const idleCpuPercent = 25;

/**
 * Adds consumers when records reach the lake late, and removes them when the CPU idles. Neither looks at the number of records that wait,
 * which is large whenever much arrives within the age of a batch.
 */
export function scaleOnTimeBehind(service: FargateService, metrics: ServiceMetrics, settings: Settings): void {
  const behindMs = metrics.fromLog('OldestRecordAgeMs');
  const lateMs = (batchAgeSeconds(readConfig(settings.variables)) + 120) * 1000;
  const count = service.autoScaleTaskCount({ minCapacity: 1, maxCapacity: settings.partitions });
  count.scaleOnMetric('OnTimeBehind', {
    metric: behindMs,
    adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
    evaluationPeriods: 3,
    cooldown: Duration.minutes(5),
    scalingSteps: [
      { lower: lateMs, change: 1 },
      { lower: lateMs + 1_800_000, change: 3 },
    ],
  });
  count.scaleOnMetric('OnIdleCpu', {
    // who is late is not idle, whatever keeps it
    metric: new MathExpression({
      expression: `IF(FILL(behind, 0) < ${lateMs}, cpu, 100)`,
      usingMetrics: { behind: behindMs, cpu: metrics.cpu },
      label: 'CPU of consumers that keep up, %',
      period: Duration.minutes(1),
    }),
    adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
    evaluationPeriods: 15,
    cooldown: Duration.minutes(15),
    scalingSteps: [
      { upper: idleCpuPercent / 5, change: -2 },
      { upper: idleCpuPercent, change: -1 },
    ],
  });
}
