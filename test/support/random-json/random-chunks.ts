import type { Draw } from '../../../bench/kinds/draw.ts';
import { emptyChunk, type ChunkSlice, type RecordChunk } from '../../../src/consumer/ports/record-chunk.ts';
import { windowBytes } from '../../../src/kernel/kernel.ts';
import { badBytes } from './json-text.ts';

const timestampMs = Date.parse('2026-11-23T09:15:00Z');
/** What lies between the values: whoever reads too far finds JSON there. */
const betweenValues = '"}]},{"a":1,"b":"x"}0123456789.5e3 true null';
const gapMax = 20;

/** Puts records into one to three chunks, as a broker's answers come, and cuts those into slices. */
export function randomChunks(draw: Draw, records: readonly (string | null)[]): ChunkSlice[] {
  const slices: ChunkSlice[] = [];
  const cuts = [0, records.length, ...Array.from({ length: draw.whole(3) }, () => draw.whole(records.length + 1))];
  const ends = cuts.toSorted((one, other) => one - other);
  for (let at = 1; at < ends.length; at++) {
    const [first = 0, end = 0] = [ends[at - 1], ends[at]];
    const chunk = chunkOf(draw, records.slice(first, end), BigInt(first));
    const middle = draw.whole(chunk.count + 1);
    slices.push({ chunk, first: 0, end: middle }, { chunk, first: middle, end: chunk.count });
  }
  return slices.filter(({ first, end }) => end > first);
}

function chunkOf(draw: Draw, records: readonly (string | null)[], from: bigint): RecordChunk {
  const count = records.length;
  const bytes = Buffer.allocUnsafe(
    records.reduce((sum, text) => sum + gapMax + (text?.length ?? 0) * 3, gapMax + windowBytes),
  );
  bytes.fill(betweenValues);
  const [starts, ends] = [new Int32Array(count), new Int32Array(count)];
  const border = draw.isTrue(0.2) ? { at: draw.whole(count), bytes: windowBytes - 3 + draw.whole(6) } : undefined;
  let end = draw.whole(gapMax);
  for (const [index, text] of records.entries()) {
    const start = end + draw.whole(gapMax);
    starts[index] = text === null ? -1 : start;
    if (text === null) continue;
    end = writeRecord(draw, text, { bytes, start });
    if (border?.at === index) end = padTo(bytes, end, (starts.find((each) => each >= 0) ?? 0) + border.bytes);
    ends[index] = end;
  }
  const deltas = Float64Array.from({ length: count }, (_, index) => index);
  const timestamps = Float64Array.from({ length: count }, () =>
    draw.isTrue(0.01) ? -1 : timestampMs + draw.whole(1e7),
  );
  const range = { topic: 'readings', partition: 0, from, to: from + BigInt(count) };
  return { ...emptyChunk(range), count, bytes, offsetDeltas: deltas, timestamps, valueStarts: starts, valueEnds: ends };
}

/** Writes a value; answers with its end. */
function writeRecord(
  draw: Draw,
  text: string,
  { bytes, start }: { readonly bytes: Buffer; readonly start: number },
): number {
  const end = start + bytes.write(text, start);
  for (const [character, bad] of badBytes) {
    if (!text.includes(character)) continue;
    const at = bytes.indexOf(character, start);
    if (at >= 0 && at < end) bytes.set(bad, at);
  }
  // one bit or byte that a disk or a sender got wrong
  if (end > start && draw.isTrue(0.0003)) bytes[start + draw.whole(end - start)] = draw.whole(256);
  return end;
}

/** Ends the record just where a window of the kernel ends, or a few bytes from it: space behind its last brace is part of it. */
function padTo(bytes: Buffer, end: number, border: number): number {
  if (border <= end) return end;
  bytes.fill(' ', end, border);
  return border;
}
