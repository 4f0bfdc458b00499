import type { Clock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';

export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Waits as long as a graceful stop may take; then rejects with `error`, or resolves when there is none. */
export async function within(
  work: Promise<void>,
  error: PipelineError | undefined,
  { clock, drainMs }: { readonly clock: Clock; readonly drainMs: number },
): Promise<void> {
  const done = new AbortController();
  const deadline = clock.sleep(drainMs, done.signal).then(() => {
    if (error !== undefined) throw error;
  });
  try {
    await Promise.race([work, deadline]);
  } finally {
    done.abort();
  }
}

export function tooSlow(drainMs: number): PipelineError {
  return new PipelineError('DEADLINE_EXCEEDED', {
    message: `writing what had arrived took longer than ${drainMs} ms; nothing is lost: the next start reads it again`,
    retryable: false,
    hint: 'raise SHUTDOWN_DEADLINE_SECONDS (and the container’s stop timeout) or lower BATCH_BYTES_MAX',
  });
}

/** Makes the error of a source that has stopped reading though nobody asked it to. */
export function sourceEnded(): PipelineError {
  return new PipelineError('SOURCE_ENDED', {
    message: 'reading ended without having been asked to',
    retryable: false,
  });
}
