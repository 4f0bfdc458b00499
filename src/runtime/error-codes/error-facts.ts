/** What is known of a failure by its code alone; `docs/errors.md` is made from it. */
export interface ErrorFacts {
  /** What the code means, in a sentence. */
  readonly meaning: string;
  /** Whether the same call may succeed later without anybody changing anything; `sometimes`: the failure says. */
  readonly retryable: 'always' | 'never' | 'sometimes';
  /** What somebody who meets it can do. */
  readonly action: string;
  /** Exit code of a process that ends with it. Left out: 1. */
  readonly exit?: 2;
}
