import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '../pki/authority.ts';

/**
 * `node write-certificates.js <folder> <host,host>`: a local authority, a broker's certificate for these hosts and a client's,
 * for the compose stack. Does nothing when they are there already.
 */
const [folder = 'certs', hosts = 'localhost'] = process.argv.slice(2);
// several containers run as different users: the volume is theirs alone
const readable = { mode: 0o644 };

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
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, readable);
}
process.stdout.write(`certificates in ${folder}\n`);
