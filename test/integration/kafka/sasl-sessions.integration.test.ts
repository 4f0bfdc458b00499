import { randomUUID } from 'node:crypto';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { mskTokenSource } from '../../../src/aws/credentials/msk-token.ts';
import { createKafkaClient } from '../../../src/kafka/kafkajs/client.ts';
import type { Authentication } from '../../../src/kafka/kafkajs/sasl.ts';
import { TlsIdentity } from '../../../src/kafka/kafkajs/tls-identity.ts';
import { createKafkaPublisher } from '../../../src/kafka/publisher.ts';
import { runMember } from '../../support/group-member.ts';
import { appendRecords, connectAdmin, createTopic } from '../../support/kafka.ts';
import { saslUsers } from '../../support/sasl-listener.ts';
import { setScramUser } from '../../support/scram-user.ts';

const { sasl, credentials } = inject('stack');
const admin = connectAdmin();

/** Runs a member that logs in; `troubles` is what it tried again. */
async function member(authentication: Authentication) {
  const topic = `session-${randomUUID()}`;
  await createTopic(admin, topic, 1);
  const kafka = createKafkaClient({
    brokers: [sasl],
    clientId: 'test',
    identity: new TlsIdentity({ ca: credentials.admin.ca }),
    authentication,
    retries: 5,
    unpackedBytesMax: 100_000_000,
  });
  const troubles: string[] = [];
  const { recorder, running } = runMember(kafka, topic, { onTrouble: ({ message }) => troubles.push(message) });
  await recorder.until(() => recorder.assignments.length === 1);
  const reads = async (value: string): Promise<void> => {
    const before = recorder.of(0).at(-1)?.to ?? 0n;
    await appendRecords(admin, topic, 0, [{ value }]);
    await Promise.race([recorder.until(() => (recorder.of(0).at(-1)?.to ?? 0n) > before), running]);
  };
  return { kafka, topic, reads, troubles };
}

it('renews the session of a token before it ends, on the connections that are open', async () => {
  const { accessKeyId, secretAccessKey } = saslUsers.iam;
  const sign = mskTokenSource({ region: 'eu-central-1', endpoint: undefined }, () => Date.now(), {
    accessKeyId,
    secretAccessKey,
  });
  let signed = 0;
  const { kafka, topic, reads, troubles } = await member({ kind: 'token', token: () => (signed++, sign()) });
  await reads('first');
  // a new broker needs a moment; afterwards nothing is tried again, so that a connection that it ends is a failure
  const once = { topic, compression: 'none', keepTrying: (work: () => Promise<void>) => work() } as const;
  const publisher = await vi.waitFor(() => createKafkaPublisher(kafka, once), { timeout: 40_000, interval: 100 });
  onTestFinished(() => publisher.close());
  const publish = () => publisher.send([{ key: undefined, value: 'published' }]);
  await publish();
  const before = signed;
  // the group's connection and the fetches' are renewed at 3 s of 6 s: at the third time the first session is over
  await expect.poll(() => signed - before, { timeout: 40_000 }).toBeGreaterThanOrEqual(6);
  await reads('last');
  expect(await publish()).toBe(1);
  expect(troubles).toEqual([]);
});

it('goes on when its password is rotated, whether broker or configuration learns of it first', async () => {
  const username = saslUsers.rotated;
  let password = 'old';
  let olderOnce: string | undefined;
  const read = async () => {
    const given = olderOnce ?? password;
    olderOnce = undefined;
    return { username, password: given };
  };
  await setScramUser(admin, { username, password });
  const { reads } = await member({ kind: 'scram', credentials: read });
  await reads('with the old password');
  [password, olderOnce] = ['new', 'old'];
  await setScramUser(admin, { username, password });
  await expect.poll(() => olderOnce, { timeout: 40_000 }).toBeUndefined();
  await reads('with the new password');
});
