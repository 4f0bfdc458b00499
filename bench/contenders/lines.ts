import { closeSync, openSync, readSync } from 'node:fs';

const newline = 0x0a;

/** Whole lines, and the memory they are in. */
export interface Block {
  readonly bytes: Buffer;
  readonly slab: ArrayBuffer;
}

/** A file in blocks of whole lines, each about as large as what a fetch from Kafka brings, so that it is never in memory as a whole. */
export function* blocksOfLines(
  path: string,
  blockBytes: number,
  take = (bytes: number): ArrayBuffer => new ArrayBuffer(bytes),
): Generator<Block> {
  const file = openSync(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const length = rest.length + blockBytes;
      const slab = take(length);
      const block = Buffer.from(slab, 0, length);
      rest.copy(block);
      const read = readSync(file, block, rest.length, blockBytes, -1);
      const filled = block.subarray(0, rest.length + read);
      if (read === 0) {
        if (filled.length > 0) yield { bytes: filled, slab };
        return;
      }
      const end = filled.lastIndexOf(newline) + 1;
      // the block may hold other lines when it has been yielded
      rest = Buffer.from(filled.subarray(end));
      if (end > 0) yield { bytes: filled.subarray(0, end), slab };
    }
  } finally {
    closeSync(file);
  }
}

/** Calls back with each line's half-open range of bytes, without its newline. */
export function forEachLine(block: Buffer, onLine: (start: number, end: number) => void): void {
  for (let start = 0; start < block.length;) {
    const found = block.indexOf(newline, start);
    const end = found === -1 ? block.length : found;
    onLine(start, end);
    start = end + 1;
  }
}
