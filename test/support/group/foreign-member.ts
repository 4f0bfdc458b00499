import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject, onTestFinished } from 'vitest';
import { provideBrokerJars } from '../../../src/devstack/broker-jars.ts';
import { temporaryFolder } from '../lake.ts';

/** A member of a consumer group that is no service of ours: a consumer of Kafka's own client. */
export interface ForeignMember {
  /** Resolves once it has left its group. */
  leave(): Promise<void>;
}

/** Starts it; resolves once the group has given it partitions of the topic. */
export async function startForeignMember(
  topic: string,
  groupId: string,
  settings: Readonly<Record<string, string>>,
): Promise<ForeignMember> {
  const { bootstrap, credentials } = inject('stack');
  const { cert, key, ca } = credentials.admin;
  const folder = await temporaryFolder();
  const trust = join(folder, 'ca.pem');
  const identity = join(folder, 'client.pem');
  const config = join(folder, 'client.properties');
  await writeFile(trust, ca);
  await writeFile(identity, `${key}\n${cert}\n`);
  const bytes = 'org.apache.kafka.common.serialization.ByteArrayDeserializer';
  const properties = {
    'bootstrap.servers': bootstrap,
    'group.id': groupId,
    'security.protocol': 'SSL',
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': trust,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': identity,
    'key.deserializer': bytes,
    'value.deserializer': bytes,
    'enable.auto.commit': 'false',
    'auto.offset.reset': 'earliest',
    ...settings,
  };
  await writeFile(
    config,
    Object.entries(properties).map(([name, value]) => `${name}=${value}\n`),
  );
  const program = join(import.meta.dirname, 'GroupMember.java');
  const child = spawn('java', ['-cp', await provideBrokerJars(), program, config, topic], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface(child.stdout)) if (/^assigned [1-9]/.test(line)) break;
  return {
    leave: async () => {
      child.stdin.write('\n');
      await ended;
    },
  };
}
