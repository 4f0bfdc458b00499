import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { listen, type Listening } from '../../runtime/listen.ts';

/** Pages of a ward's screens and of a few people; what comes beyond waits at the proxy. */
const connectionsMax = 256;
const patienceMs = 10_000;
const headerBytesMax = 64 * 1024;

/** Serves the pages. Rejects with HTTP_UNAVAILABLE when it can't listen. */
export async function serveMonitor(
  app: Hono,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      headersTimeout: patienceMs,
      requestTimeout: patienceMs,
      keepAliveTimeout: patienceMs,
      maxHeaderSize: headerBytesMax,
    },
  });
  server.maxConnections = connectionsMax;
  return listen(server, { host, port, what: 'the monitor' });
}
