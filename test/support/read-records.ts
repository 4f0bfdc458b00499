import { readRecordBatches } from '../../src/kafka/record-batch.ts';
import { chunkOfRecordSet } from '../../src/kafka/record-set.ts';

export const unpackedBytesMax = 1_000_000;

/** The records of some batches, as the consumer sees them. */
export function readRecords(
  buffer: Buffer,
  { from = 0n, to = 1_000_000n, aborted = [] as { producerId: bigint; firstOffset: bigint }[] } = {},
) {
  const chunk = chunkOfRecordSet(
    { batches: readRecordBatches(buffer, unpackedBytesMax), aborted },
    { topic: 't', partition: 0, from, to },
  );
  const part = (start: number | undefined, end: number | undefined): string | null =>
    start === undefined || start < 0 ? null : chunk.bytes.toString('utf8', start, end);
  return Array.from({ length: chunk.count }, (_, row) => ({
    offset: Number(from) + chunk.offsetDeltas[row]!,
    timestamp: chunk.timestamps[row],
    key: part(chunk.keyStarts[row], chunk.keyEnds[row]),
    value: part(chunk.valueStarts[row], chunk.valueEnds[row]),
    headers: part(chunk.headerStarts[row], chunk.headerEnds[row]),
  }));
}
