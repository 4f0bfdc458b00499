import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createKafkaClient } from '../../../src/kafka/kafkajs/client.ts';
import { createCluster } from '../../../src/kafka/kafkajs/cluster.ts';
import { mendConnections } from '../../../src/kafka/kafkajs/mend-connections.ts';
import { connectionOptions } from '../../support/kafkajs-connection.ts';

const require = createRequire(import.meta.url);

/** Takes connections and answers nothing. */
async function silentBroker(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.on('data', () => server.emit('asked', socket));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port };
}

function openConnection(port: number) {
  mendConnections();
  const Connection = require('kafkajs/src/network/connection');
  return new Connection(connectionOptions(port, ({ onConnect }) => connect(port, '127.0.0.1', onConnect)));
}

it('a request waits for a broker whose versions are not known yet', async () => {
  const { server, port } = await silentBroker();
  const brokers = [`127.0.0.1:${port}`];
  const kafka = createKafkaClient({
    brokers,
    clientId: 'test',
    identity: undefined,
    retries: 0,
    unpackedBytesMax: 1000,
  });
  const cluster = createCluster(kafka);
  const asked = once(server, 'asked');
  const connecting = cluster.connect().then(() => 'connected', String);
  const [socket] = await asked;
  const refreshing = cluster.refreshMetadata().then(() => 'refreshed', String);
  socket.destroy();
  server.on('connection', (later) => later.destroy());
  const refused = /Closed connection|ECONNRESET/;
  expect(await connecting).toMatch(refused);
  expect(await refreshing).toMatch(refused);
});

it('requests at the same time open one socket', async () => {
  const { server, port } = await silentBroker();
  let sockets = 0;
  server.on('connection', () => sockets++);
  const connection = openConnection(port);
  await Promise.all([connection.connect(), connection.connect()]);
  // the server hears of sockets in their order
  const asked = once(server, 'asked');
  connect(port, '127.0.0.1').write('the last one');
  await asked;
  expect(sockets).toBe(1 + 1);
});
