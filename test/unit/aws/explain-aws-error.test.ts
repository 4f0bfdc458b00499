import { describe, expect, it } from 'vitest';
import { explainAwsError } from '../../../src/aws/explain-aws-error.ts';

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
    ['ThrottlingException', 'Rate exceeded', 400, true],
    ['SlowDown', 'Please reduce your request rate.', 503, true],
    ['InternalError', 'We encountered an internal error.', 500, true],
    ['TimeoutError', 'socket timed out', undefined, true],
    ['InvalidInputException', 'Column name is wrong', 400, false],
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
