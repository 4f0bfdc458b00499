import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { kinds } from '../kinds/kinds.ts';
import { recordFile, type RecordFile } from '../kinds/record-file.ts';
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
const samplesMax = 3;

/** The service's way from records to Parquet, without Kafka. */
const gluelessJson: JsonPeer = {
  name: 'glueless, without Kafka',
  settings: [
    'decode, infer, settle, plan and encode by the classes of the service: batches of 100,000 rows or 32 MiB, a file each, zstd; lines are found by a compiled loop, the catalog is in memory',
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
    'A file of JSON objects, one a line, to Parquet; no Kafka. CPU seconds of the whole process, its start included. Where records have an event time it is a timestamp.',
  kinds,
  run: async (bench) => {
    const file = await recordFile(bench.kind, bench.records, bench.seed);
    const peers = jsonPeers.filter(({ peer }) => peer.kinds?.includes(bench.kind.name) ?? true);
    return runRounds(
      [{ id: 'glueless', peer: gluelessJson }, ...peers].map((each) => contender(bench, { ...each, file })),
      { ...bench, samples: Math.min(bench.samples, samplesMax) },
    );
  },
};

interface JsonCase {
  readonly id: string;
  readonly peer: JsonPeer;
  readonly file: RecordFile;
}

function contender(bench: Bench, { id, peer, file }: JsonCase): Contender {
  const { records, kind } = bench;
  const { eventTimeField: timestamp } = kind;
  return {
    id,
    name: peer.name,
    settings: peer.settings,
    records,
    jsonBytes: file.bytes,
    provide: () => peer.provide(),
    run: async () => {
      const folder = join(bench.folder, id);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const cost = await measureProcess(peer.invocation({ kind, file: file.path, folder }));
      const outputBytes = await checkParquet(folder, { records, ...(timestamp !== undefined && { timestamp }) });
      return { ...cost, figures: { outputBytes } };
    },
  };
}
