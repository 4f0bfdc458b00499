import { PipelineError, type ErrorCode } from '../../runtime/errors.ts';
import { closedConnection, diagnoses, type Diagnosis } from './diagnoses.ts';

/** Innermost first: kafkajs wraps its errors several times. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}

/** A broker refuses our certificate; OpenSSL's alert for one that is not valid yet is that for none. */
const refusalCodes: ReadonlySet<ErrorCode> = new Set(['CLIENT_CERT_MISSING', 'CLIENT_CERT_REJECTED', 'CERT_EXPIRED']);

function diagnosisOf(text: string): Diagnosis | undefined {
  return diagnoses.find(({ pattern }) => pattern.test(text));
}

const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'BROKER_UNREACHABLE',
  'BROKER_SILENT',
  'LEADER_MOVING',
  'MEMBERSHIP_LOST',
]);

export interface ExplainOptions {
  /** The cluster has answered before: what kafkajs would try again is retryable, also a closed connection. */
  readonly isEstablished?: boolean;
  /** What the dates of our own certificate say against it: a broker that refuses it then need give no other reason. */
  readonly certificateFault?: PipelineError | undefined;
}

/** Gives an error of kafkajs its name, the likely cause, and what to do. */
export function explainKafkaError(
  error: unknown,
  where: string,
  { isEstablished = false, certificateFault }: ExplainOptions = {},
): PipelineError {
  const chain = chainOf(error);
  const named = chain.find((each) => each instanceof PipelineError);
  if (named !== undefined) return named;
  const text = chain.map(describe).join(' | ');
  const isRetriable = isEstablished && chain.some((each) => 'retriable' in each && each.retriable === true);
  const found = isEstablished && closedConnection.pattern.test(text) ? closedConnection : diagnosisOf(text);
  if (found === undefined) {
    return new PipelineError('BROKER_FAILED', {
      message: `${where}: ${text || String(error)}`,
      retryable: isRetriable,
      cause: error,
    });
  }
  const { code, message, hint } = (refusalCodes.has(found.code) ? certificateFault : undefined) ?? found;
  return new PipelineError(code, {
    message: `${where}: ${message}`,
    retryable: isRetriable || retryableCodes.has(code),
    details: { kafka: text.slice(0, 500) },
    hint,
    cause: error,
  });
}

function describe(error: Error): string {
  const type = 'type' in error ? String(error.type) : '';
  const code = 'code' in error ? String(error.code) : '';
  const inner =
    'errors' in error && Array.isArray(error.errors)
      ? error.errors.map(String).join(' ') +
        error.errors.map((each: unknown) => (each instanceof Error ? describe(each) : '')).join(' ')
      : '';
  return [error.name, type, code, error.message, inner].filter((part) => part !== '').join(' ');
}
