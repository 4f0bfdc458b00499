import { messageOf, PipelineError } from '../../runtime/errors.ts';
import type { RecordSource } from '../ports/topic.ts';

/** The calls by which the pipeline steers a source. */
export type GuardedSource = Pick<RecordSource, 'pause' | 'resume' | 'seek'>;

/** Hands what the source throws to `onFailure`, with a code: work may end at any time, outside of any of the source's own calls. */
export function guardSource(source: RecordSource, onFailure: (error: PipelineError) => void): GuardedSource {
  const guard = (what: string, call: () => void): void => {
    try {
      call();
    } catch (error) {
      onFailure(error instanceof PipelineError ? error : refused(what, error));
    }
  };
  return {
    pause: (partition) => guard(`pause partition ${partition}`, () => source.pause(partition)),
    resume: (partition) => guard(`resume partition ${partition}`, () => source.resume(partition)),
    seek: (partition, offset) => guard(`seek partition ${partition}`, () => source.seek(partition, offset)),
  };
}

function refused(what: string, cause: unknown): PipelineError {
  return new PipelineError('BROKER_FAILED', {
    message: `the Kafka client could not ${what}: ${messageOf(cause)}`,
    retryable: false,
    cause,
    hint: 'nothing is lost: the next start goes on from the ledger',
  });
}
