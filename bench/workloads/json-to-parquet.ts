import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { readingAt } from '../../src/producer/thermometer.ts';
import { builtContender } from '../support/built.ts';
import { plainEnvironment } from '../support/glueless.ts';
import type { JsonPeer } from '../support/json-peer.ts';
import { measureProcess } from '../support/measure.ts';
import { checkParquet } from '../support/parquet-output.ts';
import { jsonPeers } from '../support/peers.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import type { Bench, Workload } from '../support/workload.ts';

/** Options of Node in the installed command's first line. */
const nodeFlags = ['--expose-gc', '--max-semi-space-size=8', '--initial-old-space-size=64'];

/** The service's way from records to Parquet, without Kafka. */
export const gluelessJson: JsonPeer = {
  name: 'glueless, without Kafka',
  settings: [
    'decode, infer, settle, plan and encode by the classes of the service: batches of 100,000 rows, a file each, zstd; lines are found by a compiled loop, the catalog is in memory',
  ],
  provide: async () => {},
  invocation: ({ file, folder }) => ({
    command: process.execPath,
    args: [...nodeFlags, builtContender('glueless-json'), file, folder],
    // as the installed command does
    env: { ...plainEnvironment(), NODE_COMPILE_CACHE: join('.cache', 'bench', 'compiled') },
  }),
};

export const jsonToParquet: Workload = {
  name: 'json-to-parquet',
  about:
    'A file of thermometer readings, a JSON object a line, to Parquet with the event time as a timestamp; no Kafka. CPU seconds of the whole process, its start included.',
  run: async (bench) => {
    const file = await readingsFile(bench);
    const peers = [{ id: 'glueless', peer: gluelessJson }, ...jsonPeers];
    return runRounds(
      peers.map(({ id, peer }) => contender(bench, { id, peer, file })),
      bench,
    );
  },
};

function contender(bench: Bench, { id, peer, file }: { id: string; peer: JsonPeer; file: string }): Contender {
  const { records } = bench;
  return {
    id,
    name: peer.name,
    settings: peer.settings,
    records,
    provide: () => peer.provide(),
    run: async () => {
      const folder = join(bench.folder, id);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const cost = await measureProcess(peer.invocation({ file, records, folder }));
      const outputBytes = await checkParquet(folder, { records, timestamp: 'eventTime' });
      return { ...cost, figures: { outputBytes } };
    },
  };
}

/** Start of the readings, the same in every run: one every 10 ms from a fixed day on. */
export async function readingsFile({ folder, records }: Bench): Promise<string> {
  const path = join(folder, 'readings.jsonl');
  const stream = createWriteStream(path);
  const startMs = Date.parse('2026-11-23T00:00:00Z');
  for (let index = 0; index < records; index++) {
    const line = `${JSON.stringify(readingAt({ seed: 1, patients: 50 }, index, startMs + index * 10))}\n`;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
  return path;
}
