import { closeSync, openSync, readSync } from 'node:fs';

const newline = 0x0a;

/** A file in blocks of whole lines, so that it is never in memory as a whole. */
export function* blocksOfLines(path: string, blockBytes: number): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const block = Buffer.allocUnsafe(rest.length + blockBytes);
      rest.copy(block);
      const read = readSync(file, block, rest.length, blockBytes, -1);
      const filled = block.subarray(0, rest.length + read);
      if (read === 0) {
        if (filled.length > 0) yield filled;
        return;
      }
      const end = filled.lastIndexOf(newline) + 1;
      rest = filled.subarray(end);
      if (end > 0) yield filled.subarray(0, end);
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
