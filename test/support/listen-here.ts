import type { Server } from 'node:http';
import { onTestFinished } from 'vitest';
import { listen } from '../../src/runtime/listen.ts';

/** Lets the server listen on this machine until the test ends; answers with its port. */
export async function listenHere(server: Server, port = 0): Promise<number> {
  const listening = await listen(server, { host: '127.0.0.1', port, what: 'the test’s server' });
  onTestFinished(() => listening.close());
  return listening.port;
}
