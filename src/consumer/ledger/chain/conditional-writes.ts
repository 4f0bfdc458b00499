import { PipelineError } from '../../../runtime/errors.ts';
import type { ObjectStore, PutCondition } from '../../ports/lake.ts';

/**
 * Finds out whether the store keeps the conditions that exactly-once stands on: a second create must be refused, and so must
 * a change of an old version. Rejects with STORE_UNCONDITIONAL, or STORE_* when the store can't be written at all.
 */
export async function checkConditionalWrites(store: ObjectStore, probeId: string): Promise<void> {
  const key = `_ledger/_probe/${probeId}.json`;
  try {
    await tryConditions(store, key);
  } catch (error) {
    // a store that takes no object refuses to delete one too: what it said first says more
    await store.delete([key]).catch(() => {});
    throw error;
  }
  await store.delete([key]);
}

async function tryConditions(store: ObjectStore, key: string): Promise<void> {
  const put = (text: string, condition: PutCondition) => store.put(key, probe(text), condition);
  const first = await put('first', { ifAbsent: true });
  const firstVersion = first.kind === 'stored' ? first.version : await versionOf(store, key, 'first');
  if (firstVersion === undefined) throw unconditional(store, 'refuses to create an object that is not there');
  const second = await put('second', { ifAbsent: true });
  if (second.kind === 'stored') throw unconditional(store, 'ignores If-None-Match: it overwrote an object');
  const third = await put('third', { ifVersion: firstVersion });
  if (third.kind === 'refused' && (await versionOf(store, key, 'third')) === undefined) {
    throw unconditional(store, 'refuses If-Match with the version it gave');
  }
  const stale = await put('fourth', { ifVersion: firstVersion });
  if (stale.kind === 'stored') throw unconditional(store, 'ignores If-Match: it replaced a newer version');
}

/** The object's version if it holds what we wrote: the put took place, and its answer was lost. */
async function versionOf(store: ObjectStore, key: string, text: string): Promise<string | undefined> {
  const stored = await store.get(key);
  return stored !== undefined && Buffer.compare(stored.bytes, probe(text)) === 0 ? stored.version : undefined;
}

function probe(text: string): Uint8Array {
  return Buffer.from(JSON.stringify({ probe: text }));
}

function unconditional(store: ObjectStore, what: string): PipelineError {
  return new PipelineError('STORE_UNCONDITIONAL', {
    message: `the object store at ${store.uri('')} ${what}`,
    retryable: false,
    hint: 'exactly-once needs a store with conditional writes: Amazon S3, or a recent MinIO or Ceph',
  });
}
