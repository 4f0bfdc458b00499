import { benchPython, provideBenchPython, pyarrowVersion } from '../../support/bench-python.ts';
import { plainEnvironment } from '../../support/glueless.ts';
import type { JsonPeer } from '../../support/json-peer.ts';

export const oneThread = pyarrow(1);
export const allThreads = pyarrow(0);

function pyarrow(threads: number): JsonPeer {
  const onThreads = threads === 1 ? '1 thread' : 'all threads';
  return {
    name: `pyarrow ${pyarrowVersion}, ${onThreads}`,
    settings: [`read_json with the schema given, blocks of 16 MB, write_table zstd, ${onThreads}`],
    provide: provideBenchPython,
    invocation: ({ file, folder }) => ({
      command: benchPython,
      args: ['bench/contenders/json-to-parquet.py', 'pyarrow', file, folder, String(threads)],
      env: plainEnvironment(),
    }),
  };
}
