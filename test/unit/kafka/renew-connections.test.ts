import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { ClusterConnection } from '../../../src/kafka/kafkajs/cluster.ts';
import { connectPlain } from '../../../src/kafka/kafkajs/broker-socket.ts';
import { mendConnections } from '../../../src/kafka/kafkajs/mend-connections.ts';
import { renewSocket } from '../../../src/kafka/kafkajs/renew-connections.ts';
import { sendRequest } from '../../../src/kafka/kafkajs/send-request.ts';
import { connectionOptions } from '../../support/kafkajs-connection.ts';

const require = createRequire(import.meta.url);

interface Asked {
  /** Which of the sockets it came over, counted from 0. */
  readonly socket: number;
  answer(): void;
}

interface Pool {
  readonly pool: readonly { readonly socket: Socket }[];
  getConnection(): Promise<ClusterConnection>;
}

/** A broker that answers a request when it is told to. */
async function slowBroker(onAsked: (asked: Asked) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const number = sockets.push(socket) - 1;
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE()) {
        const [size, correlationId] = [received.readInt32BE(), received.subarray(8, 12)];
        received = received.subarray(4 + size);
        const length = Buffer.from([0, 0, 0, 4]);
        onAsked({ socket: number, answer: () => socket.write(Buffer.concat([length, correlationId])) });
      }
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, sockets };
}

function poolTo(port: number): Pool {
  mendConnections();
  const ConnectionPool = require('kafkajs/src/network/connectionPool');
  return new ConnectionPool(connectionOptions(port, (to) => connectPlain({ ...to, answerBytesMax: 1000 })));
}

async function ask(pool: Pool): Promise<string> {
  const request = { apiKey: 3, apiName: 'Any', apiVersion: 0, isFlexible: false, body: Buffer.alloc(0) };
  return sendRequest(await pool.getConnection(), request).then(() => 'answered', String);
}

it('a socket that is renewed is left by what is asked from then on, and ends once all is answered', async () => {
  const asked: Asked[] = [];
  let notice = () => {};
  const { port, sockets } = await slowBroker((each) => {
    asked.push(each);
    notice();
  });
  const nextAsked = () => new Promise<void>((resolve) => (notice = resolve));
  const pool = poolTo(port);
  const first = [nextAsked(), ask(pool)] as const;
  await first[0];
  const renewed = renewSocket(pool.pool[0]!.socket);
  const second = [nextAsked(), ask(pool)] as const;
  await second[0];
  expect(asked.map(({ socket }) => socket)).toEqual([0, 1]);
  asked[1]!.answer();
  expect(await second[1]).toBe('answered');
  expect(sockets[0]!.readableEnded).toBe(false);
  asked[0]!.answer();
  expect(await first[1]).toBe('answered');
  await renewed;
  if (!sockets[0]!.readableEnded) await once(sockets[0]!, 'end');
  expect(sockets[1]!.readableEnded).toBe(false);
});

it('a socket over which nothing is asked ends at once, and what is asked later opens another one', async () => {
  const { port, sockets } = await slowBroker(({ answer }) => answer());
  const pool = poolTo(port);
  await ask(pool);
  await renewSocket(pool.pool[0]!.socket);
  expect(await ask(pool)).toBe('answered');
  expect(sockets).toHaveLength(2);
});

it('no request fails, however often sockets are renewed while others are asked', async () => {
  const { port, sockets } = await slowBroker(({ answer }) => setTimeout(answer, Math.random() * 20));
  const pool = poolTo(port);
  const renewals: Promise<void>[] = [];
  const rounds = Array.from({ length: 8 }, async () => {
    const answers: string[] = [];
    while (answers.length < 50) answers.push(await ask(pool));
    return answers;
  });
  const renewing = (async () => {
    while (renewals.length < 10) {
      const { socket } = pool.pool[0]!;
      await ask(pool);
      renewals.push(renewSocket(socket));
    }
  })();
  const answers = (await Promise.all(rounds)).flat();
  await renewing;
  await Promise.all(renewals);
  expect(answers.filter((each) => each !== 'answered')).toEqual([]);
  expect(sockets.length).toBeGreaterThan(2);
});
