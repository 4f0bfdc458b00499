import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { principalOf, readPrincipal } from '../../../src/kafka/access/principal.ts';
import { temporaryFolder } from '../../support/lake.ts';

/** A certificate of this subject, made by OpenSSL. */
async function certificateOf(subject: string): Promise<string> {
  const folder = await temporaryFolder();
  const kind = ['-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-utf8', '-multivalue-rdn'];
  return execFileSync('openssl', ['req', ...kind, '-subj', subject, '-keyout', join(folder, 'key')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();
}

describe('the principal', () => {
  it.each([
    ['/CN=glueless', 'User:CN=glueless'],
    [
      '/C=DE/ST=Bayern/L=München/O=Klinik/OU=Ward 7/CN=pipeline',
      'User:CN=pipeline,OU=Ward 7,O=Klinik,L=München,ST=Bayern,C=DE',
    ],
    ['/DC=org/DC=example/CN=a\\,b', 'User:CN=a\\,b,DC=example,DC=org'],
  ])('of a certificate for %s is what Java writes', async (subject, principal) => {
    const pem = await certificateOf(subject);
    expect(principalOf(new X509Certificate(pem))).toBe(principal);
    const file = join(await temporaryFolder(), 'client.pem');
    await writeFile(file, pem);
    expect(await readPrincipal(file)).toBe(principal);
  });

  it('is not guessed where Java writes numbers, or several values as one', async () => {
    for (const subject of ['/CN=a/emailAddress=a@example.org', '/OU=x+CN=a']) {
      const pem = await certificateOf(subject);
      expect(() => principalOf(new X509Certificate(pem))).toThrow(/can’t be told/);
    }
  });

  it('can be said by itself', async () => {
    expect(await readPrincipal('User:analytics')).toBe('User:analytics');
    expect(await readPrincipal('CN=glueless,O=Lab')).toBe('User:CN=glueless,O=Lab');
    await expect(readPrincipal('glueless')).rejects.toThrow(/is no principal/);
    const file = join(await temporaryFolder(), 'empty.pem');
    await writeFile(file, 'nothing');
    await expect(readPrincipal(file)).rejects.toMatchObject({ code: 'CERT_UNREADABLE' });
  });
});
