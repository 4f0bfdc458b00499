import type { RecordBatch } from './record-batch.ts';
import { RecordCursor } from './record-cursor.ts';

/** What an aborted transaction's list says: batches of this producer from this offset on, up to its abort marker. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** The (unpacked) batches with data of transactions that were committed, or of none. Source: Java's CompletedFetch. */
export function* readableBatches(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): Generator<RecordBatch> {
  const waiting = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const active = new Set<bigint>();
  for (const batch of batches) {
    while (waiting[0] !== undefined && waiting[0].firstOffset <= batch.lastOffset) {
      active.add(waiting[0].producerId);
      waiting.shift();
    }
    if (batch.isControl) {
      if (isAbortMarker(batch)) active.delete(batch.producerId);
      continue;
    }
    if (!(batch.isTransactional && active.has(batch.producerId))) yield batch;
  }
}

/** A control record's key: version and type, 16 bits each; type 0 is the end of an aborted transaction. */
function isAbortMarker(batch: RecordBatch): boolean {
  if (batch.count === 0) return false;
  const cursor = new RecordCursor(batch);
  cursor.next();
  return cursor.keyStart >= 0 && batch.bytes.readInt16BE(cursor.keyStart + 2) === 0;
}
