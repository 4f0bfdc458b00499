import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** kafkajs's error for an error code of the protocol. */
export function errorOf(code: number): Error {
  const { createErrorFromCode } = require('kafkajs/src/protocol/error');
  return createErrorFromCode(code);
}
