import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../runtime/errors.ts';
import { listen, type Listening } from '../../runtime/listen.ts';

/** What an import would bring as well, Node's web client, takes 14 MB and a twentieth of a second. */
const { createServer } = process.getBuiltinModule('node:http');

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** Text in Prometheus' format. */
  readonly metrics: () => Promise<string>;
  /** What has not answered since the process started; empty once everything has. */
  readonly startProblems: () => readonly string[];
  /** Reasons why the process is not doing its work; empty when it is. */
  readonly problems: () => readonly string[];
  /** What `/readyz` tells beside them: what is wrong with single topics, of a process that reads several. */
  readonly readyDetails?: () => object;
}

/** More than probes and scrapers need; what comes beyond is closed at once. */
const connectionsMax = 32;

/** Whoever sends nothing for this long is closed, so that idle connections can't keep the probes out. */
const patienceMs = 5000;

/**
 * Answers GET and HEAD of `/livez` (the process answers), `/startupz` (it has begun to work), `/readyz` (it does its work) and
 * `/metrics`. Rejects with HTTP_UNAVAILABLE.
 */
export async function startHttpServer(options: HttpOptions): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: patienceMs,
      requestTimeout: patienceMs,
      keepAliveTimeout: patienceMs,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 8192,
    },
    (request, response) => void answer(request, response, options),
  );
  server.maxConnections = connectionsMax;
  return listen(server, { host: options.host, port: options.port, what: 'the HTTP server' });
}

async function answer(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  // a body is not read: the connection ends with the answer
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('connection', 'close');
    response.setHeader('allow', 'GET, HEAD');
    return sendJson(response, 405, { expected: 'GET or HEAD' });
  }
  switch (request.url?.split('?')[0]) {
    case '/livez':
      return sendJson(response, 200, { ok: true });
    case '/startupz':
      return sendProblems(response, options.startProblems());
    case '/readyz':
      return sendProblems(response, options.problems(), options.readyDetails?.());
    case '/metrics':
      return options.metrics().then(
        (text) => void response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
        (error: unknown) => sendJson(response, 500, { error: messageOf(error) }),
      );
    default:
      return sendJson(response, 404, { expected: ['/livez', '/startupz', '/readyz', '/metrics'] });
  }
}

function sendProblems(response: ServerResponse, problems: readonly string[], details: object = {}): void {
  sendJson(response, problems.length === 0 ? 200 : 503, { ok: problems.length === 0, problems, ...details });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
