import type { TestProject } from 'vitest/node';
import { startBroker } from '../../src/devstack/broker.ts';
import { providePython, startAwsEmulator } from '../../src/devstack/emulators.ts';
import { createAuthority, type Credentials } from '../../src/pki/authority.ts';

/** What all integration tests share: a broker with mutual TLS and ACLs, an AWS emulator, a Python with pyarrow. */
export interface Stack {
  readonly bootstrap: string;
  readonly plaintext: string;
  readonly credentials: {
    readonly admin: Credentials;
    /** Known to the broker, allowed nothing. */
    readonly nobody: Credentials;
    readonly expired: Credentials;
    /** Signed by an authority the broker does not know. */
    readonly stranger: Credentials;
    /** A server's, for a name nobody asks for. */
    readonly otherHost: Credentials;
  };
  readonly aws: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly environment: Readonly<Record<string, string>>;
  };
  readonly python: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    stack: Stack;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [broker, aws, python] = await Promise.all([
    startBroker({ acls: true, properties: { 'log.cleaner.backoff.ms': '300' } }),
    startAwsEmulator(),
    providePython(),
  ]);
  const { authority } = broker;
  const day = 86_400_000;
  project.provide('stack', {
    bootstrap: broker.bootstrap,
    plaintext: broker.plaintext,
    credentials: {
      admin: broker.admin,
      nobody: await authority.issue({ commonName: 'nobody' }),
      expired: await authority.issue({
        commonName: 'admin',
        notBefore: new Date(Date.now() - 3 * day),
        notAfter: new Date(Date.now() - day),
      }),
      stranger: await (await createAuthority('Somebody else')).issue({ commonName: 'admin' }),
      otherHost: await authority.issue({ commonName: 'other', hosts: ['other.example'] }),
    },
    aws: { endpoint: aws.endpoint, bucket: aws.bucket, environment: aws.environment },
    python,
  });
  return async () => {
    await Promise.all([broker.stop(), aws.stop()]);
  };
}
