import type { IHeaders, KafkaMessage } from 'kafkajs';
import { emptyChunk, type RecordChunk } from '../consumer/record-chunk.ts';

/** Packs messages of one partition into a chunk that accounts for `[from, to)`; messages outside of it are dropped. */
export function chunkOfMessages(
  range: Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>,
  messages: readonly KafkaMessage[],
): RecordChunk {
  const inside = messages.filter(({ offset }) => BigInt(offset) >= range.from && BigInt(offset) < range.to);
  const count = inside.length;
  if (count === 0) return emptyChunk(range);
  const parts: Buffer[] = [];
  let length = 0;
  const place = (bytes: Buffer | null | undefined, row: number, starts: Int32Array, ends: Int32Array): void => {
    starts[row] = bytes === null || bytes === undefined ? -1 : length;
    if (bytes === null || bytes === undefined) return;
    parts.push(bytes);
    length += bytes.length;
    ends[row] = length;
  };
  const chunk = {
    ...range,
    count,
    offsetDeltas: new Float64Array(count),
    timestamps: new Float64Array(count),
    keyStarts: new Int32Array(count),
    keyEnds: new Int32Array(count),
    valueStarts: new Int32Array(count),
    valueEnds: new Int32Array(count),
    headerStarts: new Int32Array(count),
    headerEnds: new Int32Array(count),
  };
  for (const [row, message] of inside.entries()) {
    chunk.offsetDeltas[row] = Number(BigInt(message.offset) - range.from);
    chunk.timestamps[row] = Number(message.timestamp);
    place(message.key, row, chunk.keyStarts, chunk.keyEnds);
    place(message.value, row, chunk.valueStarts, chunk.valueEnds);
    place(headerBytes(message.headers), row, chunk.headerStarts, chunk.headerEnds);
  }
  return { ...chunk, bytes: Buffer.concat(parts, length) };
}

/** Headers as a JSON object; `null` for none. */
function headerBytes(headers: IHeaders | undefined): Buffer | null {
  const entries = Object.entries(headers ?? {});
  return entries.length === 0
    ? null
    : Buffer.from(JSON.stringify(Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))));
}
