import { factsOfError } from '../../runtime/error-codes/error-codes.ts';
import { isRetryable, messageOf, PipelineError } from '../../runtime/errors.ts';
import { nameTopic } from './name-topic.ts';

/** An error for people: one line for what happened, with its code, and one for what can be done. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof PipelineError)) return `error: ${messageOf(error)}`;
  return `error ${error.code}: ${error.message}\n  what to do: ${hintOf(error)}`;
}

/** An error as fields of a log line, of one of several topics where it is named. What has no code is a bug: its stack says where. */
export function failureFields(error: unknown, topic?: string): Record<string, unknown> {
  if (!(error instanceof PipelineError)) return { error: messageOf(error), ...stackOf(error) };
  const { code, message, details, cause } = error;
  const reason = cause === undefined ? '' : messageOf(cause);
  return {
    code,
    error: message,
    retryable: isRetryable(error),
    ...details,
    ...(reason !== '' && !message.includes(reason) && { cause: reason }),
    hint: nameTopic(hintOf(error), topic),
  };
}

/** What the reader can do: what the failure itself says, else what its code says. */
function hintOf({ hint, code }: PipelineError): string {
  return hint ?? factsOfError(code).action;
}

function stackOf(error: unknown): { readonly stack?: readonly string[] } {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
  return lines.length === 0 ? {} : { stack: lines.map((line) => line.trim()) };
}
