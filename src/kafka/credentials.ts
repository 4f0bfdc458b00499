import { readFile } from 'node:fs/promises';
import { PipelineError } from '../runtime/errors.ts';
import { quote } from '../runtime/redact.ts';

/** User and password of SASL/SCRAM or SASL/PLAIN. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface CredentialOptions {
  readonly username: string | undefined;
  readonly usernameFile: string | undefined;
  readonly password: string | undefined;
  readonly passwordFile: string | undefined;
}

/** Reads user and password by value or file. Rejects with CREDENTIALS_UNREADABLE. */
export async function loadCredentials(options: CredentialOptions): Promise<Credentials> {
  const [username, password] = await Promise.all([
    valueOf(options.username, options.usernameFile, 'KAFKA_SASL_USERNAME'),
    valueOf(options.password, options.passwordFile, 'KAFKA_SASL_PASSWORD'),
  ]);
  return { username, password };
}

async function valueOf(value: string | undefined, file: string | undefined, variable: string): Promise<string> {
  const found = value ?? (file === undefined ? '' : await readLine(file, `${variable}_FILE`));
  if (found !== '') return found;
  throw unreadable(
    file === undefined ? `${variable} is not set` : `${variable}_FILE: the file ${quote(file)} is empty`,
  );
}

async function readLine(file: string, variable: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/[\r\n]+$/, '');
  } catch (error) {
    // Node's message would show a password that was put where its path belongs
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw unreadable(`${variable}: the file ${quote(file)} can’t be read (${code})`);
  }
}

function unreadable(message: string): PipelineError {
  return new PipelineError('CREDENTIALS_UNREADABLE', {
    message,
    retryable: false,
    hint: 'it must be the path of a file that is readable for the user the process runs as, with the value in one line',
  });
}
