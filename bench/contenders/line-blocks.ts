import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Some megabyte of whole lines. */
export interface LineBlock {
  readonly bytes: Buffer;
  /** By line; its newline is at its end. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Nobody may look at the block from now on. */
  recycle(): void;
}

interface Calls {
  readonly memory: WebAssembly.Memory;
  splitLines(start: number, end: number, starts: number, ends: number): number;
}

/** A line, and what is read behind it. */
const slackBytes = 64 * 1024;
const readAheadBytes = 16;
/** Nothing of the module's own lies behind its first page. */
const firstFree = 64 * 1024;

/**
 * A file in blocks of whole lines, each about as large as what a fetch from Kafka brings. Lines are found by a compiled loop, at what
 * walking over records costs that have their lengths before them, as Kafka's have; blocks that are recycled hold the next ones.
 */
export function* lineBlocks(path: string, blockBytes: number): Generator<LineBlock> {
  const size = blockBytes + slackBytes;
  const { memory, splitLines } = openLines();
  // lines may be as short as a newline
  const starts = firstFree;
  const ends = starts + size * Int32Array.BYTES_PER_ELEMENT;
  const first = ends + size * Int32Array.BYTES_PER_ELEMENT;
  const numbers = new Int32Array(memory.buffer);
  const numbersAt = (address: number, count: number): Int32Array => numbers.slice(address >> 2, (address >> 2) + count);
  const free = Array.from(
    { length: Math.floor((memory.buffer.byteLength - first) / size) },
    (_, at) => first + at * size,
  );
  free.reverse();
  const file = openSync(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const address = free.pop();
      if (address === undefined) throw new Error('too many blocks are held at a time');
      const block = Buffer.from(memory.buffer, address, size);
      rest.copy(block);
      const read = readSync(file, block, rest.length, blockBytes, -1);
      if (read === 0) return;
      const filled = rest.length + read;
      const count = splitLines(address, address + filled, starts, ends);
      const end = (numbers[(ends >> 2) + count - 1] ?? 0) + 1;
      // the block may hold other lines when it has been yielded
      rest = Buffer.from(block.subarray(end, filled));
      if (rest.length > slackBytes - readAheadBytes)
        throw new Error(`a line of ${path} has more than ${slackBytes} bytes`);
      yield {
        bytes: block.subarray(0, end),
        starts: numbersAt(starts, count),
        ends: numbersAt(ends, count),
        recycle: () => free.push(address),
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
