import { join } from 'node:path';
import type { KafkaPeer } from '../support/kafka-peer.ts';

/** Measures the cost of receiving alone with kafkajs as published, without our decoder of fetches: it writes nothing. */
export const kafkajsReceive: KafkaPeer = {
  name: 'kafkajs 2.2.4, receives only',
  settings: ['eachBatch, defaults but maxWaitTimeInMs 250; records are counted and dropped'],
  kinds: ['regular', 'wide'],
  provide: async () => {
    // a dependency of ours
  },
  invocation: (job) => ({
    command: process.execPath,
    args: [
      '--disable-warning=TimeoutNegativeWarning',
      join(import.meta.dirname, 'receive-by-kafkajs.ts'),
      JSON.stringify(job),
    ],
    env: process.env,
    output: job.folder,
  }),
};
