import { PipelineError } from '../../runtime/errors.ts';

export interface Damage {
  /** First offset that can't be read. */
  readonly from: bigint;
  /** One past the last one; `undefined` where the damage hides it. */
  readonly to: bigint | undefined;
  /** What is wrong, after "the record batch at offset …". */
  readonly what: string;
  /** What may mend it, beside skipping the batch. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** RECORDS_UNREADABLE, with the offsets that it is about. */
export class UnreadableBatch extends PipelineError {
  readonly from: bigint;
  readonly to: bigint | undefined;

  constructor({ from, to, what, hint, cause }: Damage) {
    super('RECORDS_UNREADABLE', {
      message: `the record batch at offset ${from} ${what}`,
      retryable: false,
      details: { offset: from.toString(), ...(to !== undefined && { to: to.toString() }) },
      hint,
      cause,
    });
    this.from = from;
    this.to = to;
  }
}
