import { once } from 'node:events';
import type { Server } from 'node:net';
import { messageOf, PipelineError } from './errors.ts';

export interface Listening {
  readonly port: number;
  /** Closes the server and its connections. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 for one that the system chooses. */
  readonly port: number;
  /** The server, for messages: `the monitor`. */
  readonly what: string;
}

/** Lets the server listen. Rejects with HTTP_UNAVAILABLE when it can't. */
export async function listen(
  server: Server & { closeAllConnections?: () => void },
  { host, port, what }: ListenOptions,
): Promise<Listening> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw new PipelineError('HTTP_UNAVAILABLE', {
      message: `${what} can't listen on ${host}:${port}: ${messageOf(error)}`,
      retryable: false,
      cause: error,
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      server.closeAllConnections?.();
      server.close();
    },
  };
}
