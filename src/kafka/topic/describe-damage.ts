import { PipelineError } from '../../runtime/errors.ts';
import type { UnreadableBatch } from '../format/unreadable-batch.ts';

/** RECORDS_UNREADABLE that says which partition it is about. */
export function describeDamage(topic: string, partition: number, damage: UnreadableBatch): PipelineError {
  return new PipelineError('RECORDS_UNREADABLE', {
    message: `${topic}/${partition}: ${damage.message}`,
    retryable: false,
    details: { topic, partition, ...damage.details },
    ...(damage.hint !== undefined && { hint: damage.hint }),
    cause: damage,
  });
}
