import type { ErrorCode } from './error-codes/error-codes.ts';

export type { ErrorCode };

export interface PipelineErrorOptions {
  /** One sentence: what was expected, what came, where. */
  readonly message: string;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Values for the log: never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What the reader can do next. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The one error class of the service: a failure that has a name and a known chance of passing by itself. */
export class PipelineError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, options: PipelineErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PipelineError';
    this.code = code;
    this.retryable = options.retryable;
    this.details = options.details ?? {};
    this.hint = options.hint;
  }
}

/** Makes the error of a command, or of its options, that can't be meant so. */
export function wrongUsage(message: string, hint?: string): PipelineError {
  return new PipelineError('USAGE_INVALID', { message, retryable: false, hint });
}

/** True for a failure that `retry` may try again. */
export function isRetryable(error: unknown): boolean {
  return error instanceof PipelineError && error.retryable;
}

/** Tells whether it is a failure with one of the codes. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is PipelineError {
  return error instanceof PipelineError && codes.includes(error.code);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  // a host with several addresses, none of which answers, is an error without a message of its own
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/** Says why `fetch` got no answer. Its own error only says that it failed; the reason is that error's cause. */
export function fetchFailure(error: unknown): string {
  return messageOf(error instanceof Error ? (error.cause ?? error) : error);
}

/** Ends a `switch` over a closed union: a missing case fails to compile. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
