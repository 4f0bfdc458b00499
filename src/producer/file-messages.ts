import { open } from 'node:fs/promises';
import { messageOf, wrongUsage } from '../runtime/errors.ts';
import type { Message } from './publisher.ts';

export interface FileMessageOptions {
  readonly path: string;
  /** Top-level field whose value is the key. */
  readonly keyField: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** The lines of a file as messages, some at a time. */
export interface FileMessages extends AsyncDisposable {
  readonly take: (size: number) => Promise<readonly Message[]>;
}

/** Opens a file of which each line that is not blank becomes a message, byte for byte: it ends with a line feed, or a return and a line feed. Rejects with USAGE_INVALID when it can't be read. */
export async function openFileMessages({ path, keyField, headers }: FileMessageOptions): Promise<FileMessages> {
  const file = await open(path).catch((error: unknown) => {
    throw wrongUsage(`--from: the file can’t be read: ${messageOf(error)}`);
  });
  const lines = linesOf(file.createReadStream());
  const common = Object.keys(headers).length > 0 ? { headers } : {};
  return {
    take: async (size) => {
      const messages: Message[] = [];
      while (messages.length < size) {
        const { done, value } = await lines.next();
        if (done === true) break;
        if (!isBlank(value)) messages.push({ key: keyOf(value, keyField), value, ...common });
      }
      return messages;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, carriageReturn]);

/** Lines as bytes, since values need not be UTF-8. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(lineFeed); to >= 0; to = chunk.indexOf(lineFeed, from)) {
      yield withoutReturn(Buffer.concat([...begun, chunk.subarray(from, to)]));
      begun = [];
      from = to + 1;
    }
    begun.push(chunk.subarray(from));
  }
  const last = Buffer.concat(begun);
  if (last.length > 0) yield withoutReturn(last);
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => blanks.has(byte));
}

/** The field's value as a string; none for a line without it, or that is no JSON: it is published all the same. */
function keyOf(line: Buffer, field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  try {
    const record: unknown = JSON.parse(line.toString('utf8'));
    const value: unknown = typeof record === 'object' && record !== null ? Reflect.get(record, field) : undefined;
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}
