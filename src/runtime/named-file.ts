import { PipelineError } from './errors.ts';
import { quote } from './redact.ts';

/** Reads a file, by its path or address. */
export type ReadFile = (path: string) => Promise<Buffer>;

/** A file that a variable names. */
export interface NamedFile {
  readonly file: string;
  readonly variable: string;
  readonly read: ReadFile;
}

/**
 * Reads the file; rejects with what `explain` makes of the failure. A key or password that was put where its path belongs must not be shown: Node's
 * own message would show it.
 */
export async function readNamedFile(
  { file, variable, read }: NamedFile,
  explain: (what: string) => PipelineError,
): Promise<Buffer> {
  try {
    return await read(file);
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw explain(`${variable}: the file ${quote(file)} can’t be read (${code})`);
  }
}
