import { describe, expect, it } from 'vitest';
import { checkTlsMaterial } from '../../../src/kafka/access/client-certificate.ts';
import { loadTlsMaterial, type TlsOptions } from '../../../src/kafka/access/tls-material.ts';
import { createAuthority } from '../../../src/pki/authority.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';

const authority = await createAuthority('test');
const [client, other] = [await authority.issue({ commonName: 'a' }), await authority.issue({ commonName: 'b' })];
const afterItsEndMs = Date.now() + 100 * 365 * 86_400_000;

/** What is said about a pair that is read by value or from files that hold these texts. */
async function saidOf(options: TlsOptions, nowMs = Date.now()): Promise<string> {
  try {
    const material = await loadTlsMaterial(options, async (path) => Buffer.from(path.replace('file:', '')));
    checkTlsMaterial(material, nowMs);
    return 'good';
  } catch (error) {
    return error instanceof PipelineError ? `${error.code}: ${error.message}; ${error.hint}` : String(error);
  }
}

const byFile = ({ cert, key }: { readonly cert: string; readonly key: string }): TlsOptions => ({
  certFile: `file:${cert}`,
  keyFile: `file:${key}`,
});

describe('an error of a certificate or its key names the variables that they were read by', () => {
  it.each([
    ['values', { cert: client.cert, key: client.key }, /KAFKA_TLS_CERT and KAFKA_TLS_KEY\b(?!_)/],
    ['files', byFile(client), /KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE/],
    ['a secret', { ...client, variable: 'KAFKA_TLS_SECRET_ID' }, /replace KAFKA_TLS_SECRET_ID/],
  ])('of %s, once it has expired', async (_, options, variables) => {
    const said = await saidOf(options, afterItsEndMs);
    expect(said).toMatch(/^CERT_EXPIRED/);
    expect(said).toMatch(variables);
  });

  it.each([
    [
      'a pair of two requests',
      { cert: client.cert, key: other.key },
      /look at KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE$/,
    ],
    ['no certificate', { cert: 'nonsense', key: client.key }, /KAFKA_TLS_CERT_FILE must be PEM$/],
    ['no key', { cert: client.cert, key: 'nonsense' }, /KAFKA_TLS_KEY_FILE must be PEM$/],
  ])('of files with %s', async (_, pair, said) => {
    expect(await saidOf(byFile(pair))).toMatch(said);
  });
});
