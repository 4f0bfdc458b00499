import { policyForSeveral, policyInJson } from '../../consumer/batch/batch-policy.ts';
import type { CommitTools } from '../../consumer/commit/tools/commit-tools.ts';
import { BackPressure } from '../../consumer/service/back-pressure.ts';
import type { PipelineLimits } from '../../consumer/service/pipeline.ts';
import type { PipelineObserver } from '../../consumer/commit/tools/pipeline-observer.ts';
import { systemClock } from '../../runtime/clock.ts';
import { Slots } from '../../runtime/concurrency.ts';
import type { Settings } from '../config/settings.ts';

export const lagPollMs = 10_000;

/** A partition with unreadable records is tried again this often: somebody may have skipped them, or mended the broker. */
const unreadableRetryMs = 15_000;

/** What the configuration says of how a topic is read. */
export function limitsOf({ service, batch }: Settings, { writer, recipe }: CommitTools) {
  return {
    clock: systemClock,
    policy: policyInJson(recipe.records === undefined ? batch : policyForSeveral(batch), () =>
      writer.expansionOf(recipe),
    ),
    stallMs: service.stallMs,
    drainMs: service.shutdownMs,
    unreadableRetryMs,
  };
}

/** Limits of the process, for the pipelines of all topics together. */
export function sharedLimits(
  { service: { bufferBytesMax, commitsMax } }: Settings,
  observer: Pick<PipelineObserver, 'paused' | 'resumed'>,
): PipelineLimits {
  return { slots: new Slots(commitsMax), pressure: new BackPressure({ bufferBytesMax, observer }) };
}
