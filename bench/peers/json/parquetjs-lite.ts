import { createRequire } from 'node:module';
import { builtContender } from '../../support/built.ts';
import { plainEnvironment } from '../../support/glueless.ts';
import type { JsonPeer } from '../../support/json-peer.ts';

const { version } = createRequire(import.meta.url)('parquetjs-lite/package.json');

export const parquetjs: JsonPeer = {
  name: `parquetjs-lite ${version}`,
  settings: [
    'JSON.parse of each line, appendRow, snappy (it has no zstd), row groups of 100,000',
    'no page index and data pages V1: what it writes otherwise is malformed for Athena',
  ],
  kinds: ['regular'],
  provide: async () => {
    await import('parquetjs-lite');
  },
  invocation: ({ file, folder }) => ({
    command: process.execPath,
    args: [builtContender('parquetjs-json'), file, folder],
    env: plainEnvironment(),
  }),
};
