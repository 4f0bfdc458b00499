import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** What an import would bring as well, Node's web client, takes 14 MB and a twentieth of a second. */
const { createServer } = process.getBuiltinModule('node:http');

export interface HttpOptions {
  readonly port: number;
  /** Text in Prometheus' format. */
  readonly metrics: () => Promise<string>;
  /** Reasons why the process is not doing its work; empty when it is. */
  readonly problems: () => readonly string[];
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `/livez`: the process answers. `/readyz`: it does its work. `/metrics`. */
export async function startHttpServer({ port, metrics, problems }: HttpOptions): Promise<HttpServer> {
  const server = createServer((request, response) => {
    switch (request.url) {
      case '/livez':
        return answer(response, 200, { ok: true });
      case '/readyz': {
        const found = problems();
        return answer(response, found.length === 0 ? 200 : 503, { ok: found.length === 0, problems: found });
      }
      case '/metrics':
        void metrics().then((text) =>
          response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
        );
        return;
      default:
        return answer(response, 404, { expected: ['/livez', '/readyz', '/metrics'] });
    }
  });
  server.listen(port);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
