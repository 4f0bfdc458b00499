import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { KafkaPeer } from '../support/kafka-peer.ts';
import { buildGoProgram, goProgramEnvironment, goProgramPath } from './go-program.ts';

// the newest release on the Go module proxy; `go install` of its command fails there, since it asks for a list of versions
const version = '1.10.0';

/** Bento, the MIT fork of the engine of Redpanda Connect. */
export const bento: KafkaPeer = {
  name: `Bento ${version}`,
  settings: [
    'built by Go with the components that its pipeline names; all cores, as by default',
    'kafka_franz with a consumer group, batches of 50,000 records of a partition, or of 1 s when there are no more; checkpoint_limit 200,000',
    'parquet_encode, zstd, one file for each batch, not partitioned; the schema is given; times stay text, for this version has no timestamps',
    'ends with the record that completes the count, without an idle time',
  ],
  shapes: ['thermometer', 'wide'],
  provide: () => buildGoProgram({ name: 'bento', what: `Bento ${version}`, stamp: version }),
  invocation: (job) => ({
    command: goProgramPath('bento'),
    args: [
      '-r',
      join(import.meta.dirname, 'bento', `${job.shape}.yaml`),
      '-c',
      join(import.meta.dirname, 'bento.yaml'),
    ],
    env: {
      ...goProgramEnvironment(job),
      OUTPUT: job.folder,
      // a new group begins at the earliest offset
      GROUP: `bento-${randomUUID()}`,
    },
    output: job.folder,
  }),
};
