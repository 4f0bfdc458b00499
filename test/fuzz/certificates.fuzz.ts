import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTlsMaterial } from '../../src/kafka/access/client-certificate.ts';
import { loadTlsMaterial, type TlsOptions } from '../../src/kafka/access/tls-material.ts';
import { createAuthority, type IssuedCertificate } from '../../src/pki/authority.ts';
import { PipelineError } from '../../src/runtime/errors.ts';
import { runs } from '../support/fuzzing.ts';

const password = 'open sesame';
const patienceMs = 10_000;
let client: IssuedCertificate;
let keystore = Buffer.alloc(0);
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glueless-fuzz-'));
  client = await (await createAuthority('fuzz')).issue({ commonName: 'client' });
  const [cert, key] = [join(folder, 'cert'), join(folder, 'key')];
  writeFileSync(cert, client.cert);
  writeFileSync(key, client.key);
  keystore = execFileSync('openssl', ['pkcs12', '-export', '-in', cert, '-inkey', key, '-passout', `pass:${password}`]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 5 });

function changed(bytes: Buffer, some: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, byte] of some) copy[at % copy.length] = byte;
  return copy;
}

/** Loads and checks the material as at a start; answers with what it says about it. */
async function fateOf(options: TlsOptions): Promise<{ readonly code: string; readonly said: string }> {
  try {
    checkTlsMaterial(await loadTlsMaterial(options), Date.now());
    return { code: 'good', said: '' };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return { code: error.code, said: `${error.message} ${error.hint} ${JSON.stringify(error.details)}` };
  }
}

/** Expects that whatever is wrong has a name, is found soon, and that no message shows a key. */
async function expectNamed(options: TlsOptions): Promise<void> {
  const startMs = performance.now();
  const { code, said } = await fateOf(options);
  expect(code).toMatch(/^(good|(CERT|KEYSTORE|CLIENT_CERT)_\w+)$/);
  const secret = client.key.split('\n')[1] ?? '';
  expect(said).not.toContain(secret.slice(0, 20));
  expect(performance.now() - startMs).toBeLessThan(patienceMs);
}

describe('what is given as certificate, key, authority or keystore', () => {
  it.each(['ca', 'cert', 'key'] as const)(
    'is refused by name or good, whatever bytes of the %s differ',
    async (which) => {
      await fc.assert(
        fc.asyncProperty(changes, async (some) => {
          const { ca, cert, key } = client;
          const pem = changed(Buffer.from(client[which]), some).toString('latin1');
          await expectNamed({ ca, cert, key, [which]: pem });
        }),
        runs(),
      );
    },
  );

  it('is refused by name or good, whatever bytes of the keystore differ', async () => {
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(), async (some, cut) => {
        const bytes = changed(keystore, some);
        const file = join(folder, 'keystore');
        writeFileSync(file, cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
        await expectNamed({ ca: client.ca, keystoreFile: file, keystorePassword: password });
      }),
      runs(),
    );
  });

  it('is refused by name, whatever else it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), fc.string({ maxLength: 200 }), async (cert, key) => {
        await expectNamed({ ca: client.ca, cert, key });
      }),
      runs(),
    );
  });
});
