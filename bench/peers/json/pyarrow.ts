import { pyarrowVersion, pythonPeer } from '../../support/bench-python.ts';

const pyarrow = {
  name: 'pyarrow',
  version: pyarrowVersion,
  settings: 'read_json with the schema given, blocks of 16 MB, write_table zstd',
};

export const oneThread = { ...pythonPeer({ ...pyarrow, threads: 1 }), kinds: ['regular'] };
