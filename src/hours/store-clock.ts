import type { ObjectStore } from '../consumer/ports/lake.ts';

/**
 * The time by the store's clock, since the epoch: that of a put of this key, which holds nothing and is nobody else's. `undefined` from a store that
 * tells no times. Rejects with STORE_*.
 */
export async function storeMs(store: Pick<ObjectStore, 'put' | 'list'>, key: string): Promise<number | undefined> {
  await store.put(key, new Uint8Array());
  const [found] = await Array.fromAsync(store.list(key, { limit: 1 }));
  return found?.key === key ? found.modifiedMs : undefined;
}
