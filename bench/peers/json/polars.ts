import { benchPython, polarsVersion, provideBenchPython } from '../../support/bench-python.ts';
import { plainEnvironment } from '../../support/glueless.ts';
import type { JsonPeer } from '../../support/json-peer.ts';

export const oneThread = polars(1);
export const allThreads = polars(0);

function polars(threads: number): JsonPeer {
  const onThreads = threads === 1 ? '1 thread' : 'all threads';
  return {
    name: `polars ${polarsVersion}, ${onThreads}`,
    settings: [
      `scan_ndjson with the schema given, str.to_datetime with the format given, sink_parquet zstd, ${onThreads}`,
    ],
    provide: provideBenchPython,
    invocation: ({ file, folder }) => ({
      command: benchPython,
      args: ['bench/contenders/json-to-parquet.py', 'polars', file, folder, String(threads)],
      env: plainEnvironment(),
    }),
  };
}
