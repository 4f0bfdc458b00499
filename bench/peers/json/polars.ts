import { steadyKinds } from '../../kinds/kinds.ts';
import { polarsVersion, pythonPeer } from '../../support/bench-python.ts';

const polars = {
  name: 'polars',
  version: polarsVersion,
  settings: 'scan_ndjson, schema inferred from 1,000 records, str.to_datetime with the format given, sink_parquet zstd',
};

/** It refuses fields of several types and structs without fields, and takes minutes for trees. */
const hardKindsWritten = ['posts', 'spans', 'big-ids'];

export const oneThread = {
  ...pythonPeer({ ...polars, threads: 1 }),
  kinds: [...steadyKinds.map(({ name }) => name), ...hardKindsWritten],
};
export const allThreads = { ...pythonPeer({ ...polars, threads: 0 }), kinds: ['regular'] };
