import { expect, inject, it } from 'vitest';
import { withAdmin } from '../../../src/kafka/kafkajs/admin.ts';
import { connectAdmin } from '../../support/kafka.ts';

const { bootstrap, credentials } = inject('stack');

it('a broker that refuses a certificate which has expired since the start is told from one that does not know its authority', async () => {
  const [expired, stranger] = await Promise.all(
    [credentials.expired, credentials.stranger].map((given) => {
      const kafka = connectAdmin(bootstrap, { ...given, ca: credentials.admin.ca });
      return withAdmin(kafka, 'the cluster', (admin) => admin.listTopics()).catch((error: unknown) => error);
    }),
  );
  expect(expired).toMatchObject({ code: 'CERT_EXPIRED', message: expect.stringMatching(/expired on 20/) });
  expect(stranger).toMatchObject({ code: 'CLIENT_CERT_REJECTED' });
});
