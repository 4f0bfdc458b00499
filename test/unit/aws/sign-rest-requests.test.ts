import { createHash, createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { signRestRequests } from '../../../src/aws/iceberg/sign-rest-requests.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const arn = 'arn:aws:s3tables:eu-central-1:123456789012:bucket/lake';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret);
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
});
afterEach(() => vi.unstubAllEnvs());

/** The signature by AWS's description of version 4, of the headers that were signed. */
function signatureOf(
  { method, url, body }: { method: string; url: URL; body: string },
  headers: Readonly<Record<string, string>>,
  { scope, signed }: { scope: string; signed: string },
): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  const lines = signed.split(';').map((name) => `${name}:${name === 'host' ? url.host : headers[name]}\n`);
  const path = url.pathname.split('/').map(encode).join('/');
  const query = [...url.searchParams].map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&');
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = [method, path, query, lines.join(''), signed, hash(body)].join('\n');
  const [date = '', region = '', service = '', end = ''] = scope.split('/');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = [date, region, service, end].reduce<string | Buffer>(
    (secretKey, part) => createHmac('sha256', secretKey).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

it.each(['glue', 's3tables'] as const)(
  'requests to a catalog of %s are signed with that name, the warehouse’s ARN in them',
  async (service) => {
    const { headersFor } = signRestRequests({ region: 'eu-central-1', endpoint: undefined, service });
    const base = `https://${service}.eu-central-1.amazonaws.com/iceberg/v1`;
    const bodyless = {
      method: 'GET' as const,
      url: new URL(`${base}/config?warehouse=${encodeURIComponent(arn)}`),
      body: '',
    };
    const table = new URL(`${base}/${encodeURIComponent(arn)}/namespaces/lake/tables/readings`);
    for (const request of [bodyless, { method: 'POST' as const, url: table, body: '{"updates":[]}' }]) {
      const headers = await headersFor({ ...request, headers: { 'content-type': 'application/json' } });
      const found = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(.+), SignedHeaders=(.+), Signature=(\w+)$/.exec(
        headers['authorization'] ?? '',
      );
      const [, scope = '', signed = '', signature] = found ?? [];
      expect(scope).toMatch(new RegExp(`^\\d{8}/eu-central-1/${service}/aws4_request$`));
      expect(headers['x-amz-security-token']).toBe('session');
      expect(signed.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token']));
      expect(signature).toBe(signatureOf(request, headers, { scope, signed }));
    }
  },
);
