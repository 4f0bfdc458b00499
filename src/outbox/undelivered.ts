import { revived, type Delivery } from './delivery.ts';
import type { DocumentStore } from './document-store.ts';
import type { Owing } from './deliver.ts';

/** Messages that were sent as often as they may be, and that nobody took. */
export async function listUndelivered<Value extends Owing>(documents: DocumentStore<Value>): Promise<Delivery[]> {
  const all = await Array.fromAsync(documents.list(), ({ value }) => value.deliveries);
  return all.flat().filter(({ state }) => state === 'dead');
}

/** Lets them be sent again, with the same keys; answers with how many. A document that others change meanwhile is left to the next call. */
export async function redeliver<Value extends Owing>(
  documents: DocumentStore<Value>,
  withDeliveries: (value: Value, deliveries: Delivery[]) => Value,
): Promise<number> {
  let count = 0;
  for await (const stored of documents.list()) {
    const { deliveries } = stored.value;
    const dead = deliveries.filter(({ state }) => state === 'dead').length;
    if (dead === 0) continue;
    const changed = await documents.put(stored.id, withDeliveries(stored.value, deliveries.map(revived)), stored);
    if (changed !== undefined) count += dead;
  }
  return count;
}
