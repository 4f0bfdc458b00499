import { join } from 'node:path';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';
import type { KafkaJob } from '../support/kafka-peer.ts';
import { install } from './install.ts';

export interface GoProgram {
  /** Name of the program, and of the folder beside this file with its `main.go`. */
  readonly name: string;
  /** Name and version for messages: `Bento 1.10.0`. */
  readonly what: string;
  /** Another stamp makes the program be built again. */
  readonly stamp: string;
}

/** Path of a program that `buildGoProgram` has built. */
export function goProgramPath(name: string): string {
  return join(cacheFolder('bench', name), name);
}

/** Builds the program once, from the modules that its go.mod and go.sum pin. */
export async function buildGoProgram({ name, what, stamp }: GoProgram): Promise<void> {
  await onceIn(cacheFolder('bench', name), stamp, () =>
    install({
      what,
      command: 'go',
      args: ['build', '-C', join(import.meta.dirname, name), '-trimpath', '-o', goProgramPath(name), '.'],
      env: { CGO_ENABLED: '0', GOFLAGS: '' },
    }),
  );
}

/** Command-line arguments that tell the programs their job. */
export function goProgramEnvironment(job: KafkaJob): NodeJS.ProcessEnv {
  return {
    ...process.env,
    BOOTSTRAP: job.bootstrap,
    TOPIC: job.topic,
    CA_FILE: job.caFile,
    CERT_FILE: job.certFile,
    KEY_FILE: job.keyFile,
    RECORDS: String(job.records),
  };
}
