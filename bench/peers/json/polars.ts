import { polarsVersion, pythonPeer } from '../../support/bench-python.ts';

const polars = {
  name: 'polars',
  version: polarsVersion,
  settings: 'scan_ndjson, schema inferred from 1,000 records, str.to_datetime with the format given, sink_parquet zstd',
};

export const oneThread = pythonPeer({ ...polars, threads: 1 });
export const allThreads = { ...pythonPeer({ ...polars, threads: 0 }), kinds: ['regular'] };
