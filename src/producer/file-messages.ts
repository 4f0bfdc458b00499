import { open } from 'node:fs/promises';
import { messageOf, PipelineError } from '../runtime/errors.ts';
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

/** Opens a file of which each line that is not blank becomes a message as it is. Rejects with USAGE_INVALID when it can't be read. */
export async function openFileMessages({ path, keyField, headers }: FileMessageOptions): Promise<FileMessages> {
  const file = await open(path).catch((error: unknown) => {
    throw new PipelineError('USAGE_INVALID', {
      message: `--from: the file can’t be read: ${messageOf(error)}`,
      retryable: false,
    });
  });
  // a character for each byte: what is no UTF-8 is published as it is, and only line feeds and returns end a line
  const lines = file.readLines({ encoding: 'latin1' })[Symbol.asyncIterator]();
  const common = Object.keys(headers).length > 0 ? { headers } : {};
  return {
    take: async (size) => {
      const messages: Message[] = [];
      while (messages.length < size) {
        const { done, value } = await lines.next();
        if (done === true) break;
        const bytes = Buffer.from(value, 'latin1');
        if (value.trim() !== '') messages.push({ key: keyOf(bytes, keyField), value: bytes, ...common });
      }
      return messages;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
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
