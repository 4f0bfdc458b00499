import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { provideBrokerJars } from '../../src/devstack/broker-jars.ts';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';

const modules = 'org.apache.kafka.common.security';
const listener = 'listener.name.sasl';

/** Who the shared broker's SASL listener knows from the start; users of SCRAM are made by tests. */
export const saslUsers = {
  /** By SASL/PLAIN. */
  plain: { username: 'plain-user', password: 'plain-password' },
  /** An access key by which tokens are signed, and its secret. */
  iam: { accessKeyId: 'AKIDGLUELESS', secretAccessKey: 'iam/secret+key' },
  /** May do everything once it is made. */
  scram: 'scram-user',
  /** The same, for a test that rotates its password. */
  rotated: 'rotated-user',
} as const;

/** A session on the SASL listener has to be renewed within this time. */
const saslSessionMs = 6000;

/** Properties of a broker whose SASL listener takes SCRAM, PLAIN and the tokens of MSK's access by IAM, and the classes they name. */
export async function saslListener(): Promise<{ classes: string; properties: Record<string, string> }> {
  const { plain, iam, scram, rotated } = saslUsers;
  const principals = ['CN=admin', 'CN=broker', 'ANONYMOUS', plain.username, iam.accessKeyId, scram, rotated];
  return {
    classes: await compileValidator(),
    properties: {
      'super.users': principals.map((each) => `User:${each}`).join(';'),
      [`${listener}.sasl.enabled.mechanisms`]: 'SCRAM-SHA-512,PLAIN,OAUTHBEARER',
      [`${listener}.connections.max.reauth.ms`]: String(saslSessionMs),
      [`${listener}.scram-sha-512.sasl.jaas.config`]: `${modules}.scram.ScramLoginModule required;`,
      [`${listener}.plain.sasl.jaas.config`]: `${modules}.plain.PlainLoginModule required user_${plain.username}="${plain.password}";`,
      [`${listener}.oauthbearer.sasl.jaas.config`]: `${modules}.oauthbearer.OAuthBearerLoginModule required iam_${iam.accessKeyId}="${iam.secretAccessKey}";`,
      [`${listener}.oauthbearer.sasl.server.callback.handler.class`]: 'IamTokenValidator',
      [`${listener}.oauthbearer.sasl.login.callback.handler.class`]: 'IamTokenValidator',
    },
  };
}

async function compileValidator(): Promise<string> {
  const source = join(import.meta.dirname, 'iam', 'IamTokenValidator.java');
  const folder = cacheFolder('broker', 'iam-validator');
  const classpath = await provideBrokerJars();
  const stamp = createHash('sha256')
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16);
  await onceIn(folder, stamp, async () => {
    await promisify(execFile)('javac', ['-cp', classpath, '-d', folder, source]);
  });
  return folder;
}
