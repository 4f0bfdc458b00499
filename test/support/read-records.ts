import { readRecordBatches, unpackBatch } from '../../src/kafka/format/record-batch.ts';
import { chunkOfRecordSet } from '../../src/kafka/format/record-set.ts';

export const unpackedBytesMax = 1_000_000;

/** Reads the records of some batches, as the consumer sees them. */
export function readRecords(
  buffer: Buffer,
  { from = 0n, to = 1_000_000n, aborted = [] as { producerId: bigint; firstOffset: bigint }[] } = {},
) {
  const chunk = chunkOfRecordSet(
    { batches: readRecordBatches(buffer).map((batch) => unpackBatch(batch, unpackedBytesMax)), aborted },
    { topic: 't', partition: 0, from, to },
  );
  return Array.from({ length: chunk.count }, (_, row) => ({
    offset: Number(from) + chunk.offsetDeltas[row]!,
    timestamp: chunk.timestamps[row],
    key: chunk.keyOf(row)?.toString() ?? null,
    value:
      chunk.valueStarts[row]! < 0 ? null : chunk.bytes.toString('utf8', chunk.valueStarts[row], chunk.valueEnds[row]),
    headers: chunk.headersOf(row) ?? null,
  }));
}
