import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** About a megabyte of whole lines. */
export interface LineBlock {
  readonly bytes: Buffer;
  /** End of each line, where its newline is. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Returns the block's memory; the caller may not use the block afterwards. */
  [Symbol.dispose](): void;
}

interface Calls {
  readonly memory: WebAssembly.Memory;
  splitLines(start: number, end: number, starts: number, ends: number, most: number): number;
}

/** Bytes for a line that the block before has begun, and for vector reads past the last one. */
const slackBytes = 64 * 1024;
const readAheadBytes = 16;
const lineBytesMin = 16;
/** The module's own data lies in its first page. */
const firstFree = 64 * 1024;

/**
 * Reads a file in blocks of whole lines, each about as large as a fetch from Kafka. A compiled loop finds the lines at about the cost of
 * walking over Kafka's records, whose lengths are known; recycled blocks hold the next lines.
 */
export function* lineBlocks(path: string, blockBytes: number): Generator<LineBlock> {
  const { memory, splitLines } = openLines();
  const bytesMax = blockBytes + slackBytes;
  const linesMax = bytesMax / lineBytesMin;
  const arrayBytes = linesMax * Int32Array.BYTES_PER_ELEMENT;
  const slotBytes = bytesMax + 2 * arrayBytes;
  const slots = Math.floor((memory.buffer.byteLength - firstFree) / slotBytes);
  const free = Array.from({ length: slots }, (_, slot) => firstFree + slot * slotBytes);
  const file = openSync(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const address = free.pop();
      if (address === undefined) throw new Error(`more than ${slots} blocks are held at a time`);
      const block = Buffer.from(memory.buffer, address, bytesMax);
      rest.copy(block);
      const read = readSync(file, block, rest.length, blockBytes, -1);
      if (read === 0 && rest.length > 0) throw new Error(`the last line of ${path} has no end`);
      if (read === 0) return;
      const filled = rest.length + read;
      const starts = address + bytesMax;
      const ends = starts + arrayBytes;
      const count = splitLines(address, address + filled, starts, ends, linesMax);
      const lineEnds = new Int32Array(memory.buffer, ends, count);
      const end = (lineEnds.at(-1) ?? -1) + 1;
      // after the yield the block may hold other lines
      rest = Buffer.from(block.subarray(end, filled));
      if (rest.length > slackBytes - readAheadBytes) throw new Error(`lines of ${path} are too long or too short`);
      yield {
        bytes: block.subarray(0, end),
        starts: new Int32Array(memory.buffer, starts, count),
        ends: lineEnds,
        [Symbol.dispose]: () => void free.push(address),
      };
    }
  } finally {
    closeSync(file);
  }
}

function openLines(): Calls {
  const module = new WebAssembly.Module(readFileSync(join(import.meta.dirname, 'lines.wasm')));
  return new WebAssembly.Instance<Calls>(module, {}).exports;
}
