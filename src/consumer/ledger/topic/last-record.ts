import { crc32 } from 'node:zlib';
import { hasCode } from '../../../runtime/errors.ts';
import type { RecordChunk } from '../../ports/record-chunk.ts';
import type { TopicReader } from '../../ports/topic.ts';
import type { Outcome } from '../entry/ledger-entry.ts';

/** The newest record that an entry remembers: it tells the log that it was read from from another one of the same name. */
export type LastRecord = NonNullable<Outcome['lastRecord']>;

/** True when Kafka holds another record at the offset. Where it holds none that can be read, nothing tells. */
export async function isAnotherRecord(
  partition: number,
  { offset, valueCrc32, timestampMs }: LastRecord,
  reader: TopicReader,
): Promise<boolean> {
  try {
    for await (const chunk of reader.read({ partition, from: offset, to: offset + 1n })) {
      // compaction has removed it
      if (chunk.count === 0) continue;
      const found = fingerprint(chunk, 0);
      if (found.valueCrc32 !== valueCrc32 || found.timestampMs !== timestampMs) return true;
    }
  } catch (error) {
    // retention or a smaller topic has passed the offset, or its batch is damaged by now, or too large for this process
    if (!hasCode(error, 'OFFSETS_GONE', 'RECORDS_UNREADABLE')) throw error;
  }
  return false;
}

/** What tells one record from another that was given the same offset later. */
export function fingerprint(chunk: RecordChunk, index: number): Omit<LastRecord, 'offset'> {
  const start = chunk.valueStarts[index] ?? -1;
  const value = start < 0 ? Buffer.alloc(0) : chunk.bytes.subarray(start, chunk.valueEnds[index]);
  return { timestampMs: chunk.timestamps[index] ?? -1, valueCrc32: crc32(value) };
}
