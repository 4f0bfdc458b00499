import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { notShown, quote } from '../../../src/runtime/redact.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const body = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');

describe('a value in a message', () => {
  it.each([
    ['PEM', pem],
    ['the key without its PEM lines', body],
    ['Base64 of the PEM, as Kubernetes keeps it', Buffer.from(pem).toString('base64')],
    [
      'a JAAS line',
      'org.apache.kafka.common.security.scram.ScramLoginModule required username="u" password="hunter2";',
    ],
    ['a password beside its name', 'password=hunter2'],
    ['a secret access key of AWS', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a user and a password in an address', 'https://user:hunter2@host'],
  ])('is not shown when it is %s', (_what, value) => {
    const shown = quote(value);
    expect(shown).not.toContain('hunter2');
    expect(shown === notShown || shown.includes(notShown)).toBe(true);
  });

  it.each([
    'client.pem',
    's3://my-bucket/lake',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:kafka-client',
    'b-1.example:9094',
  ])('is shown when it is %s', (value) => {
    expect(quote(value)).toBe(JSON.stringify(value));
  });
});
