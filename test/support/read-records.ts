import { AnswerRecords } from '../../src/kafka/format/answer-records.ts';

export const unpackedBytesMax = 1_000_000;

/** Reads the records of some batches, as the consumer sees them. Throws what makes a batch unreadable. */
export function readRecords(
  buffer: Buffer,
  { from = 0n, to = 1_000_000n, aborted = [] as { producerId: bigint; firstOffset: bigint }[] } = {},
) {
  const highWatermark = 2n ** 63n - 1n;
  const answer = { records: buffer, fetchedOffset: from, highWatermark, logStart: undefined, aborted };
  const { chunk, damage } = new AnswerRecords(answer, unpackedBytesMax).take({ topic: 't', partition: 0, from, to });
  if (damage !== undefined) throw damage;
  return Array.from({ length: chunk.count }, (_, row) => ({
    offset: Number(from) + chunk.offsetDeltas[row]!,
    timestamp: chunk.timestamps[row],
    key: chunk.keyOf(row)?.toString() ?? null,
    value:
      chunk.valueStarts[row]! < 0 ? null : chunk.bytes.toString('utf8', chunk.valueStarts[row], chunk.valueEnds[row]),
    headers: chunk.headersOf(row) ?? null,
  }));
}
