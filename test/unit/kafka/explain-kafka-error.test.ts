import { describe, expect, it } from 'vitest';
import { explainKafkaError } from '../../../src/kafka/explain-kafka-error.ts';

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
});
