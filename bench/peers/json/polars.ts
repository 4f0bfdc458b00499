import { steadyTopics } from '../../kinds/kinds.ts';
import { polarsVersion, pythonPeer } from '../../support/bench-python.ts';

const polars = {
  name: 'polars',
  version: polarsVersion,
  settings:
    'scan_ndjson, schema inferred from 1,000 records, str.to_datetime with the format given, sink_parquet zstd; left out where it fails: at fields of several types, at structs without fields, at trees',
};

/** Those of the hard kinds that it can write. */
const hardKindsWritten = ['posts', 'spans', 'big-ids'];

export const oneThread = {
  ...pythonPeer({ ...polars, threads: 1 }),
  kinds: [...steadyTopics.kinds.map(({ name }) => name), ...hardKindsWritten],
};
export const allThreads = { ...pythonPeer({ ...polars, threads: 0 }), kinds: ['regular'] };
