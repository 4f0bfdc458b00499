import type { Settings } from '../config/settings.ts';

/** Node, its code and what a small batch takes, measured. */
const baseBytes = 130 * 1024 * 1024;

/** How many bytes the limits let the process take at their worst: buffers, the batches that are being written, answers on their way. */
function peakBytes({ batch, service, kafka }: Pick<Settings, 'batch' | 'service' | 'kafka'>): number {
  const batches = batch.bytesMax * service.commitsMax;
  return baseBytes + service.bufferBytesMax + batches + 4 * kafka.fetchBytesMax;
}

/** What to say when the container's memory may not be enough for the limits; `undefined` when it is, or nobody limits it. */
export function memoryProblem(settings: Parameters<typeof peakBytes>[0], limitBytes: number | undefined) {
  const neededBytes = peakBytes(settings);
  // without a limit of its own, the answer is 0, or more than any machine has
  if (limitBytes === undefined || limitBytes === 0 || neededBytes <= limitBytes) return undefined;
  return {
    neededBytes,
    limitBytes,
    hint: 'lower BUFFER_BYTES_MAX, BATCH_BYTES_MAX or COMMITS_MAX, or give it more memory',
  };
}
