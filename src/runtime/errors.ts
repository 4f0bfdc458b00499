/** What went wrong, as a closed list: logs, metrics and tests refer to these names. */
export type ErrorCode =
  // usage and configuration
  | 'CONFIG_INVALID'
  | 'PREREQUISITE_MISSING'
  // certificates and TLS
  | 'CERT_UNREADABLE'
  | 'CERT_EXPIRED'
  | 'CERT_NOT_YET_VALID'
  | 'CERT_KEY_MISMATCH'
  | 'KEYSTORE_UNSUPPORTED'
  | 'KEYSTORE_PASSWORD'
  | 'BROKER_UNTRUSTED'
  | 'BROKER_NAME_MISMATCH'
  | 'BROKER_NOT_TLS'
  | 'CLIENT_CERT_MISSING'
  | 'CLIENT_CERT_REJECTED'
  | 'AUTHORITY_FAILED'
  // Kafka
  | 'BROKER_UNREACHABLE'
  | 'BROKER_SILENT'
  | 'BROKER_FAILED'
  | 'TOPIC_MISSING'
  | 'TOPIC_DENIED'
  | 'TOPIC_MISMATCH'
  | 'TOPIC_RECREATED'
  | 'GROUP_DENIED'
  | 'LEADER_MOVING'
  | 'MEMBERSHIP_LOST'
  | 'OFFSETS_GONE'
  | 'RECORDS_UNREADABLE'
  // lake
  | 'STORE_UNAVAILABLE'
  | 'STORE_DENIED'
  | 'STORE_MISSING'
  | 'STORE_UNCONDITIONAL'
  | 'STORE_FULL'
  | 'CATALOG_UNAVAILABLE'
  | 'CATALOG_DENIED'
  | 'CATALOG_INVALID'
  | 'CATALOG_CONTENDED'
  | 'LEDGER_CORRUPT'
  | 'LEDGER_CONTENDED'
  | 'QUERY_FAILED'
  // process
  | 'SCHEMA_INVALID'
  | 'ENCODE_FAILED'
  | 'STALLED'
  | 'DEADLINE_EXCEEDED';

export interface PipelineErrorOptions {
  /** One sentence: what was expected, what came, where. */
  readonly message: string;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Values for the log: never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What the reader can do next. */
  readonly hint?: string;
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

/** True for a failure that `retry` may try again. */
export function isRetryable(error: unknown): boolean {
  return error instanceof PipelineError && error.retryable;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Ends a `switch` over a closed union: a missing case fails to compile. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
