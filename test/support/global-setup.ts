import type { TestProject } from 'vitest/node';
import { startBroker, type Broker } from '../../src/devstack/broker.ts';
import { providePython, startAwsEmulator } from '../../src/devstack/emulators.ts';
import { saslListener } from './sasl-listener.ts';
import { createAuthority, type IssuedCertificate } from '../../src/pki/authority.ts';

/** The stack that all integration tests share: a broker with mutual TLS and ACLs, an AWS emulator, a Python with pyarrow. */
export interface Stack {
  readonly bootstrap: string;
  readonly plaintext: string;
  /** The listener over TLS that asks for SASL. */
  readonly sasl: string;
  readonly credentials: {
    readonly admin: IssuedCertificate;
    /** A client that the broker knows and allows nothing. */
    readonly nobody: IssuedCertificate;
    readonly expired: IssuedCertificate;
    /** A client of an authority that the broker does not trust. */
    readonly stranger: IssuedCertificate;
    /** A certificate for another host's name. */
    readonly otherHost: IssuedCertificate;
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
  const [broker, aws, python] = await Promise.all([startSharedBroker(), startAwsEmulator(), providePython()]);
  const { authority } = broker;
  const day = 86_400_000;
  project.provide('stack', {
    bootstrap: broker.bootstrap,
    plaintext: broker.plaintext,
    sasl: broker.sasl,
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

async function startSharedBroker(): Promise<Broker> {
  const { classes, properties } = await saslListener();
  return startBroker({
    acls: true,
    sasl: true,
    classes,
    properties: { ...properties, 'log.cleaner.backoff.ms': '300' },
  });
}
