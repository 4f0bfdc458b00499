import { messageOf, PipelineError, type ErrorCode } from '../../runtime/errors.ts';

type Area = 'STORE' | 'CATALOG' | 'QUERY' | 'AUTHORITY' | 'SECRET' | 'REGISTRY' | 'DELIVERY';

interface Codes {
  readonly unavailable: ErrorCode;
  readonly denied: ErrorCode;
  readonly missing: ErrorCode;
}

const codes: Record<Area, Codes> = {
  STORE: { unavailable: 'STORE_UNAVAILABLE', denied: 'STORE_DENIED', missing: 'STORE_MISSING' },
  CATALOG: { unavailable: 'CATALOG_UNAVAILABLE', denied: 'CATALOG_DENIED', missing: 'TABLE_MISSING' },
  AUTHORITY: { unavailable: 'AUTHORITY_FAILED', denied: 'AUTHORITY_DENIED', missing: 'AUTHORITY_FAILED' },
  QUERY: { unavailable: 'QUERY_FAILED', denied: 'QUERY_DENIED', missing: 'QUERY_FAILED' },
  REGISTRY: {
    unavailable: 'SCHEMA_REGISTRY_UNAVAILABLE',
    denied: 'SCHEMA_REGISTRY_DENIED',
    missing: 'SCHEMA_REGISTRY_UNAVAILABLE',
  },
  DELIVERY: { unavailable: 'DELIVERY_FAILED', denied: 'DELIVERY_FAILED', missing: 'DELIVERY_FAILED' },
  SECRET: { unavailable: 'SECRET_UNAVAILABLE', denied: 'SECRET_DENIED', missing: 'SECRET_MISSING' },
};

const denied =
  /AccessDenied|Forbidden|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|CredentialsProviderError|Could not load credentials/;
const missing = /NoSuchBucket|NoSuchKey|NotFound/;
const retryable =
  /BadDigest|ContentSHA256Mismatch|Checksum mismatch|Deserialization error|aborted|terminated|premature|Throttl|SlowDown|TooManyRequests|RequestTimeout|TimeoutError|ConditionalRequestConflict|OperationTimeout|InternalService|ServiceUnavailable|ResourceNumberLimit|ConcurrentModification|ECONN|HPE_|EPIPE|EAI_AGAIN|ENOTFOUND|socket hang up|NetworkingError/;

interface Special {
  readonly pattern: RegExp;
  readonly fate: 'denied' | 'unavailable';
  readonly hint: string;
}

const wrongRegion: Special = {
  pattern:
    /PermanentRedirect|AuthorizationHeaderMalformed|must be addressed using the specified endpoint|region '.*' is wrong/,
  fate: 'unavailable',
  hint: 'AWS_REGION is not the region of the bucket: aws s3api get-bucket-location names it',
};

/** In order: what says more than its name does. None of them passes by itself. */
const specials: readonly Special[] = [
  {
    pattern: /Lake ?Formation/i,
    fate: 'denied',
    hint: 'IAM allows it and Lake Formation does not: grant the role Create table and Describe on the database, everything but Drop on its tables, and the data location of LAKE (docs/operations.md)',
  },
  {
    pattern:
      /perform: kms:|KMS\W?\w*(?:Disabled|InvalidState|InvalidKeyUsage|AccessDenied|NotFound)|ciphertext refers to a customer master key/,
    fate: 'denied',
    hint: 'give the role kms:GenerateDataKey and kms:Decrypt on the key that the message names, in its IAM policy and in the key’s own; the key must be enabled',
  },
  wrongRegion,
  {
    pattern: /Region is missing/,
    fate: 'unavailable',
    hint: 'set AWS_REGION to the region of bucket and catalog',
  },
];

/** Gives an error of the AWS SDK its name, and says whether it is retryable. */
export function explainAwsError(error: unknown, where: string, area: Area): PipelineError {
  if (error instanceof PipelineError) return error;
  const name = error instanceof Error ? error.name : '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const status = statusOf(error);
  const text = `${name} ${code} ${messageOf(error)}`;
  const about = {
    message: `${where}: ${name === '' || name === 'Error' ? '' : `${name}: `}${messageOf(error)}`,
    details: { where, ...(status !== undefined && { status }) },
    cause: error,
  };
  const special = specials.find(({ pattern }) => pattern.test(text));
  // a HEAD is redirected without a word
  const named = special ?? (status === 301 ? wrongRegion : undefined);
  if (named !== undefined)
    return new PipelineError(codes[area][named.fate], { ...about, retryable: false, hint: named.hint });
  if (denied.test(text) || status === 403) {
    return new PipelineError(codes[area].denied, {
      ...about,
      retryable: false,
      hint: 'check the credentials (task role, AWS_PROFILE) and the policy: docs/operations.md lists what is needed',
    });
  }
  if (missing.test(text)) return new PipelineError(codes[area].missing, { ...about, retryable: false });
  const isRetryable = retryable.test(text) || status === 429 || (status !== undefined && status >= 500);
  return new PipelineError(codes[area].unavailable, { ...about, retryable: isRetryable });
}

/** The HTTP status of the answer, if there was one. */
export function statusOf(error: unknown): number | undefined {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : undefined;
  const status: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}

export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
