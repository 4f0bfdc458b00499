import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { listenHere } from './listen-here.ts';

export interface GivenSchema {
  readonly schema: unknown;
  readonly schemaType?: string;
  readonly references?: readonly { readonly name: string; readonly subject: string; readonly version: number }[];
}

export interface StandInOptions {
  readonly schemas: ReadonlyMap<number, GivenSchema>;
  /** Ids of schemas by their GUIDs. */
  readonly guids?: ReadonlyMap<string, number>;
  /** By `subject/version`. */
  readonly subjects?: ReadonlyMap<string, GivenSchema>;
  /** `user:password` that is asked for. */
  readonly login?: string;
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  readonly port?: number;
}

/** A stand-in of Confluent's schema registry over HTTP: its paths, bodies and error codes. */
export interface StandInRegistry {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** What every request is answered with from now on; `undefined`: as a registry does. */
  failure: { readonly status: number; readonly body: string } | undefined;
}

/** Starts it until the test ends. Source of its answers: https://docs.confluent.io/platform/current/schema-registry/develop/api.html */
export async function startSchemaRegistry(options: StandInOptions): Promise<StandInRegistry> {
  const asked: string[] = [];
  const registry: { failure: StandInRegistry['failure'] } = { failure: undefined };
  const listener: RequestListener = (request, answer) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push(path);
    const { status, body } = registry.failure ?? answerTo(path, request.headers.authorization, options);
    answer.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' });
    answer.end(body);
  };
  const { tls, port = 0 } = options;
  const server: Server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer(
          { ...tls, ...(tls.ca !== undefined && { requestCert: true, rejectUnauthorized: true }) },
          listener,
        );
  const at = await listenHere(server, port);
  return Object.assign(registry, { url: `${tls === undefined ? 'http' : 'https'}://localhost:${at}`, asked });
}

function answerTo(path: string, authorization: string | undefined, options: StandInOptions) {
  const { schemas, guids = new Map<string, number>(), subjects = new Map<string, GivenSchema>(), login } = options;
  if (login !== undefined && authorization !== `Basic ${Buffer.from(login).toString('base64')}`)
    return failure(401, 401, 'Unauthorized');
  const guid = /^\/schemas\/guids\/([\da-f-]{36})$/.exec(path)?.[1];
  const id = guid === undefined ? /^\/schemas\/ids\/(\d+)$/.exec(path)?.[1] : (guids.get(guid) ?? -1);
  if (id !== undefined) {
    const found = schemas.get(Number(id));
    return found === undefined ? failure(404, 40_403, `Schema ${id} not found`) : { status: 200, body: bodyOf(found) };
  }
  const [, subject, version] = /^\/subjects\/(.+)\/versions\/(\d+)$/.exec(path) ?? [];
  const found = subjects.get(`${subject}/${version}`);
  if (found !== undefined)
    return {
      status: 200,
      body: JSON.stringify({ subject, version: Number(version), id: 1, ...JSON.parse(bodyOf(found)) }),
    };
  return subject === undefined ? failure(404, 404, 'HTTP 404 Not Found') : failure(404, 40_401, 'Subject not found');
}

/** The registry leaves out the type of Avro, and gives a schema as text. */
function bodyOf({ schema, schemaType, references }: GivenSchema): string {
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
  return JSON.stringify({ schema: text, ...(schemaType && { schemaType }), ...(references && { references }) });
}

function failure(status: number, code: number, message: string) {
  return { status, body: JSON.stringify({ error_code: code, message }) };
}
