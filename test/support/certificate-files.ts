import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IssuedCertificate } from '../../src/pki/authority.ts';
import type { Environment } from './cli.ts';
import { temporaryFolder } from './lake.ts';

/** Files with a client's certificate, which `store` exchanges, as a whole or in part; `env` has a service read them anew all the time. */
export async function certificateFiles(first: IssuedCertificate) {
  const folder = await temporaryFolder();
  const files = { ca: join(folder, 'ca.pem'), cert: join(folder, 'client.pem'), key: join(folder, 'client.key') };
  const store = async (given: Partial<IssuedCertificate>): Promise<void> => {
    for (const name of ['ca', 'key', 'cert'] as const)
      if (given[name] !== undefined) await writeFile(files[name], given[name], { mode: 0o600 });
  };
  await store(first);
  const env: Environment = {
    KAFKA_TLS_CA: '',
    KAFKA_TLS_CERT: '',
    KAFKA_TLS_KEY: '',
    KAFKA_TLS_CA_FILE: files.ca,
    KAFKA_TLS_CERT_FILE: files.cert,
    KAFKA_TLS_KEY_FILE: files.key,
    KAFKA_TLS_RELOAD_SECONDS: '0.3',
  };
  return { store, env };
}
