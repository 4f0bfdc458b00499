import { describe, expect, it } from 'vitest';
import { explainAwsError } from '../../../src/aws/client/explain-aws-error.ts';

const awsError = (name: string, message: string, status?: number): Error =>
  Object.assign(new Error(message), { name, ...(status !== undefined && { $metadata: { httpStatusCode: status } }) });

describe('an error of AWS', () => {
  it('for want of a permission names the action and the resource', () => {
    const message =
      'User: arn:aws:iam::1:role/task is not authorized to perform: glue:UpdateTable on resource: arn:aws:glue:::table/x';
    const named = explainAwsError(awsError('AccessDeniedException', message, 400), 'Glue table db.x', 'CATALOG');
    expect(named).toMatchObject({ code: 'CATALOG_DENIED', retryable: false });
    expect(named.message).toContain('glue:UpdateTable on resource: arn:aws:glue:::table/x');
  });

  it.each([
    [
      'AccessDeniedException',
      'Insufficient Lake Formation permission(s): Required Create Table on hospital',
      400,
      'CATALOG_DENIED',
      /grant the role Create table and Describe on the database.* data location of LAKE/,
    ],
    [
      'AccessDenied',
      'User: arn:aws:sts::1:assumed-role/task/1 is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:1:key/k because no identity-based policy allows the kms:GenerateDataKey action',
      403,
      'STORE_DENIED',
      /kms:GenerateDataKey and kms:Decrypt on the key/,
    ],
    ['KMS.DisabledException', 'arn:aws:kms:eu-west-1:1:key/k is disabled.', 400, 'STORE_DENIED', /must be enabled/],
    [
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      301,
      'STORE_UNAVAILABLE',
      /AWS_REGION is not the region of the bucket/,
    ],
    ['301', 'UnknownError', 301, 'STORE_UNAVAILABLE', /AWS_REGION is not the region of the bucket/],
    [
      'AuthorizationHeaderMalformed',
      "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
      400,
      'STORE_UNAVAILABLE',
      /AWS_REGION/,
    ],
    ['Error', 'Region is missing', undefined, 'STORE_UNAVAILABLE', /set AWS_REGION/],
  ])('%s (%s) says what to do, and does not pass by itself', (name, message, status, code, hint) => {
    const area = code === 'CATALOG_DENIED' ? 'CATALOG' : 'STORE';
    expect(explainAwsError(awsError(name, message, status), 'x', area)).toMatchObject({
      code,
      retryable: false,
      hint: expect.stringMatching(hint),
    });
  });

  it.each([
    ['KMSThrottlingException', 'The rate at which you call KMS is too high', 400, true],
    ['ThrottlingException', 'Rate exceeded', 400, true],
    ['SlowDown', 'Please reduce your request rate.', 503, true],
    ['InternalError', 'We encountered an internal error.', 500, true],
    ['TimeoutError', 'socket timed out', undefined, true],
    ['InvalidInputException', 'Column name is wrong', 400, false],
    // Node’s words for an answer that is no HTTP, or was torn
    ['Error', 'Parse Error: HPE_INVALID_CONSTANT', undefined, true],
    ['ConcurrentModificationException', 'Multiple users are modifying the table', 400, true],
  ])('%s is retryable or not: %s %s: %s', (name, message, status, retryable) => {
    expect(explainAwsError(awsError(name, message, status), 'x', 'STORE')).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable,
    });
  });

  it.each([
    ['NoSuchBucket', 404, 'STORE_MISSING'],
    ['CredentialsProviderError', undefined, 'STORE_DENIED'],
    ['ExpiredToken', 400, 'STORE_DENIED'],
  ])('%s (%s) is %s and not retryable', (name, status, code) => {
    expect(explainAwsError(awsError(name, 'x', status), 'x', 'STORE')).toMatchObject({ code, retryable: false });
  });
});
