import { describe, expect, it } from 'vitest';
import { explainKafkaError } from '../../../src/kafka/errors/explain-kafka-error.ts';
import { TlsIdentity } from '../../../src/kafka/kafkajs/tls-identity.ts';
import { createAuthority } from '../../../src/pki/authority.ts';

/** An error as kafkajs makes them. */
const kafkajsError = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, retriable: true, ...more });

const closedInHandshake = kafkajsError(
  'KafkaJSConnectionError',
  'Connection error: Client network socket disconnected before secure TLS connection was established',
  { code: 'ECONNRESET' },
);

describe('an error of a broker that was killed', () => {
  it.each([
    ['a connection that was closed', kafkajsError('KafkaJSConnectionClosedError', 'Closed connection')],
    ['a handshake that was closed', closedInHandshake],
    ['a broken pipe', kafkajsError('KafkaJSConnectionError', 'write EPIPE', { code: 'EPIPE' })],
  ])('is retryable and says so, once the cluster has answered: %s', (_, error) => {
    expect(explainKafkaError(error, 'topic t', { isEstablished: true })).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('it stops, or starts again'),
    });
  });

  it('may be one of a port without TLS as long as nothing has answered', () => {
    expect(explainKafkaError(closedInHandshake, 'topic t')).toMatchObject({ code: 'BROKER_NOT_TLS', retryable: false });
  });

  it.each([
    kafkajsError('KafkaJSGroupCoordinatorNotFound', 'Failed to find group coordinator', { retriable: false }),
    kafkajsError('KafkaJSProtocolError', 'The group coordinator is not available', {
      type: 'GROUP_COORDINATOR_NOT_AVAILABLE',
    }),
    kafkajsError('KafkaJSProtocolError', 'The coordinator is loading', { type: 'GROUP_LOAD_IN_PROGRESS' }),
  ])('says nothing of rights when the group’s coordinator moves: $message', (error) => {
    expect(explainKafkaError(error, 'group g')).toMatchObject({ code: 'LEADER_MOVING', retryable: true });
  });

  it('names a group that may not be used', () => {
    const error = kafkajsError('KafkaJSProtocolError', 'Not authorized', { type: 'GROUP_AUTHORIZATION_FAILED' });
    expect(explainKafkaError(error, 'group g')).toMatchObject({ code: 'GROUP_DENIED' });
  });

  it('names a group that another program is in', () => {
    const error = kafkajsError('KafkaJSProtocolError', 'incompatible', { type: 'INCONSISTENT_GROUP_PROTOCOL' });
    expect(explainKafkaError(error, 'group g')).toMatchObject({ code: 'GROUP_SHARED', retryable: false });
  });
});

describe('a client certificate that a broker refuses', () => {
  const dayMs = 86_400_000;
  const nowMs = Date.now();

  /** What its dates say against a certificate that is good for `[from, to)`, in days from now. */
  async function faultOf(from: number, to: number) {
    const authority = await createAuthority('test');
    const dates = { notBefore: new Date(nowMs + from * dayMs), notAfter: new Date(nowMs + to * dayMs) };
    return new TlsIdentity(await authority.issue({ commonName: 'reader', ...dates })).fault(nowMs);
  }

  const alerts = [
    'tlsv1 alert unknown ca: SSL alert number 48',
    'tlsv13 alert certificate unknown: SSL alert number 46',
    'sslv3 alert bad certificate: SSL alert number 42',
    'sslv3 alert certificate expired: SSL alert number 45',
  ].map((alert) => kafkajsError('KafkaJSConnectionError', `Connection error: ${alert}`));

  it.each([
    ['has expired', [-2, -1], 'CERT_EXPIRED', /\(CN=reader\) expired on 20/],
    ['is not valid yet', [1, 2], 'CERT_NOT_YET_VALID', /\(CN=reader\) is valid from 20/],
  ] as const)(
    'is refused because it %s, whatever the broker gives as its reason',
    async (_, [from, to], code, said) => {
      const certificateFault = await faultOf(from, to);
      for (const error of alerts) {
        const named = explainKafkaError(error, 'group g', { isEstablished: true, certificateFault });
        expect(named).toMatchObject({ code, retryable: true, hint: expect.stringContaining('KAFKA_TLS_CERT') });
        expect(named.message).toMatch(said);
      }
    },
  );

  it('within its dates is refused for the broker’s own reason', async () => {
    const certificateFault = await faultOf(-1, 1);
    expect(certificateFault).toBeUndefined();
    const codes = alerts.map((error) => explainKafkaError(error, 'group g', { certificateFault }).code);
    expect(codes).toEqual(['CLIENT_CERT_REJECTED', 'CLIENT_CERT_REJECTED', 'CLIENT_CERT_MISSING', 'CERT_EXPIRED']);
  });

  it('that has expired is not why a broker is away', async () => {
    const error = kafkajsError('KafkaJSConnectionError', 'connect ECONNREFUSED', { code: 'ECONNREFUSED' });
    const named = explainKafkaError(error, 'group g', { certificateFault: await faultOf(-2, -1) });
    expect(named.code).toBe('BROKER_UNREACHABLE');
  });
});
