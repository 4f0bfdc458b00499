import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Reads the bytes `[start, end)` of a file; fewer where it is shorter. */
export async function readRange(
  path: string,
  { start, end }: { readonly start: number; readonly end: number },
  flags: number = constants.O_RDONLY,
): Promise<Uint8Array> {
  const file = await open(path, flags);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
