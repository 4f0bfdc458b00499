import { PipelineError } from '../runtime/errors.ts';
import type { ObjectStore } from './ports.ts';

/**
 * Finds out whether the store keeps the conditions that exactly-once stands on: a second create must be refused, and so must
 * a change of an old version. Rejects with STORE_UNCONDITIONAL, or STORE_* when the store can't be written at all.
 */
export async function checkConditionalWrites(store: ObjectStore, probeId: string): Promise<void> {
  const key = `_ledger/_probe/${probeId}.json`;
  const write = (text: string, condition: Parameters<ObjectStore['put']>[2]) =>
    store.put(key, Buffer.from(JSON.stringify({ probe: text })), condition);
  try {
    const first = await write('first', { ifAbsent: true });
    if (first.kind === 'refused') throw unconditional(store, 'refuses to create an object that is not there');
    const second = await write('second', { ifAbsent: true });
    if (second.kind === 'stored') throw unconditional(store, 'ignores If-None-Match: it overwrote an object');
    const changed = await write('third', { ifVersion: first.version });
    if (changed.kind === 'refused') throw unconditional(store, 'refuses If-Match with the version it gave');
    const stale = await write('fourth', { ifVersion: first.version });
    if (stale.kind === 'stored') throw unconditional(store, 'ignores If-Match: it replaced a newer version');
  } finally {
    await store.delete([key]);
  }
}

function unconditional(store: ObjectStore, what: string): PipelineError {
  return new PipelineError('STORE_UNCONDITIONAL', {
    message: `the object store at ${store.uri('')} ${what}`,
    retryable: false,
    hint: 'exactly-once needs a store with conditional writes: Amazon S3, or a recent MinIO or Ceph',
  });
}
