import { expect, it } from 'vitest';
import { errorOf, isStaleLeader } from '../../../src/kafka/kafkajs/protocol-error.ts';

const stale = Array.from({ length: 130 }, (_, code) => code).filter(isStaleLeader);

it('leaders are asked for anew where the protocol’s error says that another one may answer', () => {
  expect(stale.map((code) => Reflect.get(errorOf(code), 'type'))).toEqual([
    'UNKNOWN_TOPIC_OR_PARTITION',
    'LEADER_NOT_AVAILABLE',
    'NOT_LEADER_FOR_PARTITION',
    'REPLICA_NOT_AVAILABLE',
    'KAFKA_STORAGE_ERROR',
    'FENCED_LEADER_EPOCH',
    'UNKNOWN_LEADER_EPOCH',
    'OFFSET_NOT_AVAILABLE',
    'UNKNOWN_TOPIC_ID',
    'INCONSISTENT_TOPIC_ID',
  ]);
});
