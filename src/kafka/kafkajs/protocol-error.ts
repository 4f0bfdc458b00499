import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Source: https://kafka.apache.org/protocol#protocol_error_codes */
export const errorCodes = {
  offsetOutOfRange: 1,
  unknownTopic: 3,
  unknownMember: 25,
  rebalanceInProgress: 27,
  /** The broker has this batch already: its first answer was lost. */
  duplicateSequence: 46,
  unknownTopicId: 100,
  inconsistentTopicId: 103,
} as const;

/** Leaders have moved, or a broker has not heard of it yet: by the protocol's names, from UNKNOWN_TOPIC_OR_PARTITION on. */
const staleLeaderCodes: ReadonlySet<number> = new Set([3, 5, 6, 9, 56, 74, 75, 78, 100, 103]);

/** Whether asking for the leaders anew may help. */
export function isStaleLeader(code: number): boolean {
  return staleLeaderCodes.has(code);
}

/** The broker could not read this time, as when its remote tier fails: UNKNOWN_SERVER_ERROR, REQUEST_TIMED_OUT, NETWORK_EXCEPTION. */
const passingCodes: ReadonlySet<number> = new Set([-1, 7, 13]);

/** Whether the same leader may answer when it is asked again: Java's consumer does so, too. */
export function isPassing(code: number): boolean {
  return passingCodes.has(code);
}

/** What kafkajs 2.2.4 does not know, by name. */
const newerCodes: ReadonlyMap<number, string> = new Map([
  [errorCodes.unknownTopicId, 'UNKNOWN_TOPIC_ID'],
  [errorCodes.inconsistentTopicId, 'INCONSISTENT_TOPIC_ID'],
]);

/** kafkajs's error for an error code of the protocol. */
export function errorOf(code: number): Error {
  const type = newerCodes.get(code);
  if (type !== undefined) return Object.assign(new Error(type), { type, code, retriable: true });
  const { createErrorFromCode } = require('kafkajs/src/protocol/error');
  return createErrorFromCode(code);
}
