import { readFile } from 'node:fs/promises';
import type { X509Certificate } from 'node:crypto';
import { PipelineError } from '../../runtime/errors.ts';
import { quote } from '../../runtime/redact.ts';
import { certificatesIn } from './tls-material.ts';

/** Attributes that Java writes by these names in a principal; it writes any other by its number. */
const known: ReadonlySet<string> = new Set(['CN', 'C', 'L', 'ST', 'O', 'OU', 'DC', 'STREET', 'UID']);

/**
 * The principal that Kafka's ACLs know somebody by: of `User:…` as it is, of a subject like `CN=glueless`, or of the subject of a
 * certificate's file. Rejects with USAGE_INVALID or CERT_UNREADABLE.
 */
export async function readPrincipal(given: string): Promise<string> {
  if (given.startsWith('User:')) return given;
  if (/^[A-Za-z]+=./.test(given)) return `User:${given}`;
  const pem = await readFile(given, 'utf8').catch((error: unknown) => {
    throw new PipelineError('USAGE_INVALID', {
      message: `${quote(given)} is no principal (User:…), no subject (CN=…) and no file that can be read`,
      retryable: false,
      hint: 'for a client certificate say its subject, CN=glueless, or the path of its PEM file; for a SASL user User:name',
      cause: error,
    });
  });
  const [certificate] = certificatesOf(pem);
  if (certificate === undefined)
    throw new PipelineError('CERT_UNREADABLE', {
      message: `${quote(given)} holds no certificate that can be read`,
      retryable: false,
      hint: 'it must hold the client’s certificate as PEM',
    });
  return principalOf(certificate);
}

/** The principal of a client certificate by Kafka's default rule: its subject, most special part first. Source: RFC 2253. */
export function principalOf({ subject }: X509Certificate): string {
  const parts = subject.split('\n').map((part) => {
    const at = part.indexOf('=');
    return { name: part.slice(0, at).toUpperCase(), value: part.slice(at + 1), isOne: !/(?<!\\) \+ /.test(part) };
  });
  if (parts.every(({ name, isOne }) => known.has(name) && isOne))
    return `User:${parts
      .toReversed()
      .map(({ name, value }) => `${name}=${value}`)
      .join(',')}`;
  throw new PipelineError('USAGE_INVALID', {
    message: `Kafka’s name for the subject ${parts.map(({ name, value }) => `${name}=${value}`).join(', ')} can’t be told`,
    retryable: false,
    hint: 'say the principal itself, as the broker’s log names it: User:…',
  });
}

function certificatesOf(pem: string): X509Certificate[] {
  try {
    return certificatesIn(pem);
  } catch {
    return [];
  }
}
