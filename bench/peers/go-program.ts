import { join } from 'node:path';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';
import type { KafkaJob } from '../support/kafka-peer.ts';
import { install } from './install.ts';

export interface GoProgram {
  /** Of the folder beside this file that holds its `main.go`, and of the program. */
  readonly name: string;
  /** For messages: `Bento 1.10.0`. */
  readonly what: string;
  /** Changes when the program must be built anew. */
  readonly stamp: string;
}

/** Where a program of ours is once `buildGoProgram` has resolved. */
export function goProgramPath(name: string): string {
  return join(cacheFolder('bench', name), name);
}

/** Builds it from the modules that its go.mod and go.sum pin, once. */
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

/** How the programs are told their job. */
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
