import type { Fault } from './fault-at.ts';

const rows = String.raw`^(?!_).*\.parquet$`;
const entries = String.raw`^_ledger/.*\.json$`;

const notes = String.raw`^_ledger/[^/]*\.merged/.*\.json$`;
const merged = String.raw`^[^/]*\.merged/.*\.parquet$`;
const partitions = String.raw`^_catalog/.*\.partitions/.*\.json$`;
const manifestLists = String.raw`/metadata/snap-.*\.avro$`;
const pointers = String.raw`^_catalog/.*\.json$`;

/** Where a process can be stopped: an operation on the lake, and the moment before or after it. */
export const moments = {
  beforeClaim: { operation: 'put', phase: 'before', key: entries, content: '"state": ?"claimed"' },
  afterClaim: { operation: 'put', phase: 'after', key: entries, content: '"state": ?"claimed"' },
  beforePut: { operation: 'put', phase: 'before', key: rows },
  afterPut: { operation: 'put', phase: 'after', key: rows },
  beforeCommit: { operation: 'put', phase: 'before', key: entries, content: '"state": ?"committed"' },
  afterCommit: { operation: 'put', phase: 'after', key: entries, content: '"state": ?"committed"' },
  beforeReplacing: { operation: 'put', phase: 'before', key: entries, content: '"state": ?"replacing"' },
  afterReplacing: { operation: 'put', phase: 'after', key: entries, content: '"state": ?"replacing"' },
  beforeNote: { operation: 'put', phase: 'before', key: notes },
  afterNote: { operation: 'put', phase: 'after', key: notes },
  beforeMergedPut: { operation: 'put', phase: 'before', key: merged },
  afterMergedPut: { operation: 'put', phase: 'after', key: merged },
  beforeMove: { operation: 'put', phase: 'before', key: partitions },
  afterMove: { operation: 'put', phase: 'after', key: partitions },
  beforeSnapshot: { operation: 'put', phase: 'before', key: manifestLists },
  afterSnapshot: { operation: 'put', phase: 'after', key: manifestLists },
  beforePointer: { operation: 'put', phase: 'before', key: pointers, content: '/metadata/' },
  afterPointer: { operation: 'put', phase: 'after', key: pointers, content: '/metadata/' },
  beforeDelete: { operation: 'delete', phase: 'before', key: rows },
} as const satisfies Record<string, Fault>;

export type Moment = keyof typeof moments;

/** Freezes the process at the moment, the nth time. */
export function freeze(moment: Moment, nth = 1): Fault {
  return { ...moments[moment], nth, signal: 'SIGSTOP' };
}

/** Kills the process at the moment, the nth time. */
export function kill(moment: Moment, nth = 1): Fault {
  return { ...moments[moment], nth, signal: 'SIGKILL' };
}

/** Delays every such operation. */
export function slow(moment: Moment, delayMs: number): Fault {
  return { ...moments[moment], delayMs };
}
