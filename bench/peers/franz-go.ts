import type { KafkaPeer } from '../support/kafka-peer.ts';
import { buildGoProgram, goProgramEnvironment, goProgramPath } from './go-program.ts';

const version = '1.22.3';

/** Measures the cost of receiving alone in Go: it writes nothing. */
export const franzGoReceive: KafkaPeer = {
  name: `franz-go ${version}, receives only`,
  settings: ['defaults, without a consumer group; records are counted and dropped'],
  kinds: ['regular', 'wide'],
  provide: () => buildGoProgram({ name: 'franz-go', what: `franz-go ${version}`, stamp: version }),
  invocation: (job) => ({
    command: goProgramPath('franz-go'),
    args: [],
    env: goProgramEnvironment(job),
    output: job.folder,
  }),
};
