import type { ErrorFacts } from './error-facts.ts';
import { kafkaErrorCodes } from './kafka-error-codes.ts';
import { lakeErrorCodes } from './lake-error-codes.ts';
import { processErrorCodes } from './process-error-codes.ts';

/** All failures with a name, by what they are about. */
export const errorGroups = {
  'Usage and process': processErrorCodes,
  'Certificates, TLS and Kafka': kafkaErrorCodes,
  'Lake, catalog and ledger': lakeErrorCodes,
} as const;

/** What went wrong, as a closed list: logs, metrics and tests refer to these names. */
export type ErrorCode = keyof typeof processErrorCodes | keyof typeof kafkaErrorCodes | keyof typeof lakeErrorCodes;

const facts: Readonly<Record<ErrorCode, ErrorFacts>> = { ...processErrorCodes, ...kafkaErrorCodes, ...lakeErrorCodes };

export function factsOfError(code: ErrorCode): ErrorFacts {
  return facts[code];
}
