import { PipelineError } from '../../runtime/errors.ts';
import { readNamedFile, type NamedFile, type ReadFile } from '../../runtime/named-file.ts';
import { quote } from '../../runtime/redact.ts';

/** User and password of SASL/SCRAM, SASL/PLAIN or a schema registry. */
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

/** Reads user and password by value or file. `prefix`: how their variables begin. Rejects with CREDENTIALS_UNREADABLE. */
export async function loadCredentials(
  options: CredentialOptions,
  read: ReadFile,
  prefix = 'KAFKA_SASL',
): Promise<Credentials> {
  const [username, password] = await Promise.all([
    valueOf(options.username, { file: options.usernameFile, variable: `${prefix}_USERNAME`, read }),
    valueOf(options.password, { file: options.passwordFile, variable: `${prefix}_PASSWORD`, read }),
  ]);
  return { username, password };
}

async function valueOf(
  value: string | undefined,
  { file, variable, read }: Omit<NamedFile, 'file'> & { readonly file: string | undefined },
): Promise<string> {
  const found = value ?? (file === undefined ? '' : await readLine({ file, variable: `${variable}_FILE`, read }));
  if (found !== '') return found;
  throw unreadable(
    file === undefined ? `${variable} is not set` : `${variable}_FILE: the file ${quote(file)} is empty`,
  );
}

async function readLine(named: NamedFile): Promise<string> {
  const content = await readNamedFile(named, unreadable);
  return content.toString('utf8').replace(/[\r\n]+$/, '');
}

function unreadable(message: string): PipelineError {
  return new PipelineError('CREDENTIALS_UNREADABLE', {
    message,
    retryable: false,
    hint: 'it must be the path of a file that is readable for the user the process runs as, with the value in one line',
  });
}
