import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '../pki/authority.ts';

/**
 * `node write-certificates.js <folder> <host,host> [mode of the keys]`: writes a local authority, a broker's certificate for these
 * hosts and a client's. Does nothing when they are there already. Keys are their owner's alone, unless a mode is given: the compose
 * stack's containers run as different users, on a volume that nobody else has.
 */
const [folder = 'certs', hosts = 'localhost', keyMode = '600'] = process.argv.slice(2);

const exists = await stat(join(folder, 'client.key')).then(
  () => true,
  () => false,
);
if (!exists) {
  await mkdir(folder, { recursive: true });
  const authority = await createAuthority('Glueless local authority');
  const broker = await authority.issue({ commonName: 'broker', hosts: hosts.split(',') });
  const client = await authority.issue({ commonName: 'glueless' });
  const files = {
    'ca.pem': authority.certificatePem,
    'broker.pem': broker.cert,
    'broker.key': broker.key,
    // Apache Kafka wants key and chain in one file
    'broker-keystore.pem': [broker.key, broker.cert, broker.ca].join('\n'),
    'client.pem': client.cert,
    'client.key': client.key,
  };
  for (const [name, text] of Object.entries(files)) {
    const mode = text.includes('PRIVATE KEY') ? Number.parseInt(keyMode, 8) : 0o644;
    await writeFile(join(folder, name), text, { mode });
  }
}
process.stdout.write(`certificates in ${folder}\n`);
