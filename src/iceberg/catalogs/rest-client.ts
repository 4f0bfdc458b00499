import { z } from 'zod';
import { fetchFailure, PipelineError } from '../../runtime/errors.ts';
import { parseJson, writeJson } from '../../schema/json/exact-json.ts';

export interface RestRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Gives the headers that a request needs beside its own to be let in. */
export interface RestAuthorization {
  headersFor(request: RestRequest): Promise<Readonly<Record<string, string>>>;
  /** Called after a request was refused: whether other headers may be let in, as after a token's end. */
  renew(): boolean;
}

/** What the catalog said; `error` is its own name for what it refused. Other failures are rejections. */
export type RestAnswer =
  { readonly kind: 'done'; readonly body: unknown } | { readonly kind: 'missing' | 'conflict'; readonly error: string };

export interface RestClient {
  get(path: string): Promise<RestAnswer>;
  post(path: string, body: unknown): Promise<RestAnswer>;
}

/** Longer than a catalog takes to write a metadata file. */
const timeoutMs = 60_000;

const errorSchema = z.object({ error: z.object({ message: z.string().nullish(), type: z.string().nullish() }) });

/** Sends requests of Iceberg's REST protocol below `base`. Rejects with CATALOG_*. No request is sent twice, except after `renew`. */
export function createRestClient(base: string, authorization: RestAuthorization): RestClient {
  const send = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<RestAnswer> => {
    const url = new URL(`${base.replace(/\/$/, '')}/${path}`);
    const where = `Iceberg REST catalog: ${method} ${url.href}`;
    const headers = { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) };
    const request: RestRequest = { method, url, headers, body: body === undefined ? '' : writeJson(body) };
    const answer = await exchange(request, authorization, where);
    return [401, 419].includes(answer.status) && authorization.renew()
      ? readAnswer(await exchange(request, authorization, where), where)
      : readAnswer(answer, where);
  };
  return { get: (path) => send('GET', path), post: (path, body) => send('POST', path, body) };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function exchange(request: RestRequest, authorization: RestAuthorization, where: string): Promise<Answer> {
  const { method, url, headers, body } = request;
  const added = await authorization.headersFor(request);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...added },
      ...(body !== '' && { body }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new PipelineError('CATALOG_UNAVAILABLE', {
      message: `${where}: ${fetchFailure(error)}`,
      retryable: true,
      cause: error,
    });
  }
}

function readAnswer({ status, text }: Answer, where: string): RestAnswer {
  const body = parse(text);
  if (status >= 200 && status < 300) {
    if (body === undefined && text !== '') throw unavailable(`${where}: the answer arrived damaged`, true, status);
    return { kind: 'done', body };
  }
  const { success, data } = errorSchema.safeParse(body);
  const error = success ? `${data.error.type ?? ''}: ${data.error.message ?? ''}` : `status ${status}`;
  const message = `${where}: ${error}`;
  // what a proxy answers has no error of the protocol, and says nothing about the table
  if (success && status === 404) return { kind: 'missing', error };
  if (success && status === 409) return { kind: 'conflict', error };
  if ([401, 403, 419].includes(status)) throw denied(message, status);
  throw unavailable(message, status === 429 || status >= 500, status);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function unavailable(message: string, retryable: boolean, status: number): PipelineError {
  return new PipelineError('CATALOG_UNAVAILABLE', {
    message,
    retryable,
    details: { status },
    ...(!retryable && { hint: 'check the address of the catalog, and what it logs about the request' }),
  });
}

function denied(message: string, status: number): PipelineError {
  return new PipelineError('CATALOG_DENIED', {
    message,
    retryable: false,
    details: { status },
    hint: 'check the credentials for the catalog, and what they allow there',
  });
}
