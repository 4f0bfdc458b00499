import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { messageOf, PipelineError } from '../../runtime/errors.ts';

/** Pages of a ward's screens and of a few people; what comes beyond waits at the proxy. */
const connectionsMax = 256;
const patienceMs = 10_000;
const headerBytesMax = 64 * 1024;

export interface MonitorServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the pages. Rejects with HTTP_UNAVAILABLE when it can't listen. */
export async function serveMonitor(
  app: Hono,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MonitorServer> {
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
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw new PipelineError('HTTP_UNAVAILABLE', {
      message: `the monitor can't listen on ${host}:${port}: ${messageOf(error)}`,
      retryable: false,
      cause: error,
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    },
  };
}
