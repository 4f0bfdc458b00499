import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { messageOf, PipelineError } from '../runtime/errors.ts';

export interface RegistryAnswer {
  readonly status: number;
  /** The answer's JSON; `undefined` for what is none. */
  readonly body: unknown;
  /** The registry's address, without anything secret. */
  readonly url: string;
}

export interface RegistryClient {
  /** Rejects with SCHEMA_REGISTRY_UNAVAILABLE when there is no answer. */
  get(path: string): Promise<RegistryAnswer>;
}

export interface RegistryClientOptions {
  readonly url: string;
  /** Called for every request; `undefined` for a registry that asks for none. */
  readonly credentials?: (() => Promise<{ readonly username: string; readonly password: string }>) | undefined;
  /** Called for every connection: authorities that are trusted instead of the system's, and a certificate of our own, as PEM. */
  readonly tls?: () => Promise<{ readonly ca?: string; readonly cert?: string; readonly key?: string }>;
  readonly timeoutMs?: number;
}

const answerBytesMax = 16 * 1024 * 1024;

/** Makes a client for a registry's HTTP interface. Certificates are always verified. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { url, timeoutMs = 10_000 } = options;
  const base = url.endsWith('/') ? url : `${url}/`;
  return {
    get: async (path) => {
      const headers = {
        accept: 'application/vnd.schemaregistry.v1+json, application/json',
        ...(options.credentials && { authorization: basic(await options.credentials()) }),
      };
      const tls = base.startsWith('https:') ? { ...(await options.tls?.()), rejectUnauthorized: true } : {};
      try {
        const { status, text } = await send(new URL(path, base), { headers, timeoutMs, tls });
        return { status, body: jsonOf(text), url };
      } catch (error) {
        throw explain(error, url);
      }
    },
  };
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function send(
  address: URL,
  { headers, timeoutMs, tls }: { headers: Readonly<Record<string, string>>; timeoutMs: number; tls: object },
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>();
  const request = address.protocol === 'https:' ? requestHttps : requestHttp;
  // requests are rare: a connection each takes certificates and passwords as they are now
  const sent = request(address, { ...tls, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    answer.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > answerBytesMax) answer.destroy(new RangeError(`an answer of more than ${answerBytesMax} bytes`));
    });
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString('utf8') }));
    answer.on('error', reject);
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Failures of TLS, which no waiting mends. */
const tlsFailure = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|EPROTO|SSL|TLS/;

function explain(error: unknown, url: string): PipelineError {
  if (error instanceof PipelineError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isTls = tlsFailure.test(code);
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  return new PipelineError('SCHEMA_REGISTRY_UNAVAILABLE', {
    message: `${url}: the schema registry does not answer: ${isTimeout ? 'no answer in time' : messageOf(error)}`,
    retryable: !isTls,
    ...(code !== '' && { details: { reason: code } }),
    ...(isTls && {
      hint: 'SCHEMA_REGISTRY_TLS_CA_FILE names the authority that signed its certificate, which must be for the host in SCHEMA_REGISTRY_URL',
    }),
    cause: error,
  });
}
