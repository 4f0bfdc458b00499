import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { systemClock } from '../../runtime/clock.ts';

const require = createRequire(import.meta.url);

/** What we use of a connection of kafkajs 2.2.4: one socket at a time, and the requests under way over it. */
interface Connection {
  readonly socket: Socket | undefined;
  readonly sasl: unknown;
  /** `null` before the first login. */
  readonly authenticatedAt: unknown;
  readonly versions: unknown;
  readonly requestQueue: {
    readonly inflight: ReadonlyMap<number, unknown>;
    readonly pending: readonly unknown[];
    readonly enforceRequestTimeout: boolean;
    readonly maxInFlightRequests: number | null;
    readonly instrumentationEmitter: unknown;
  };
  isConnected(): boolean;
  connect(): Promise<unknown>;
  disconnect(): Promise<unknown>;
  setVersions(versions: unknown): void;
  getSupportAuthenticationProtocol(): unknown;
  setSupportAuthenticationProtocol(isSupported: unknown): void;
}

/** How often a connection is looked at whether its last request has been answered. */
const lookEveryMs = 50;

const outdated = new WeakSet<Socket>();
const connections = new WeakMap<Socket, Connection>();

/** Has requests take another connection once their socket is outdated. Called before the first connection is made. */
export function renewConnections(): void {
  rememberSockets();
  leaveOutdatedConnections();
}

/**
 * Ends a socket as soon as what was asked over it is answered; what is asked from now on goes over a new one. No request fails: each
 * is answered, or meets its own timeout.
 */
export async function renewSocket(socket: Socket): Promise<void> {
  outdated.add(socket);
  while (!socket.destroyed) {
    // a timer's turn: no caller is between having got the connection and having asked
    await systemClock.sleep(lookEveryMs);
    const connection = connections.get(socket);
    if (connection === undefined || connection.socket !== socket) break;
    if (isIdle(connection)) return void (await connection.disconnect());
  }
  socket.destroy();
}

/** Nothing is asked over it, and no login is under way. */
function isIdle(connection: Connection): boolean {
  const { inflight, pending } = connection.requestQueue;
  const isLoggedIn = connection.sasl === null || connection.authenticatedAt !== null;
  return connection.isConnected() && isLoggedIn && inflight.size === 0 && pending.length === 0;
}

function rememberSockets(): void {
  const Connection = require('kafkajs/src/network/connection');
  const { connect } = Connection.prototype;
  Connection.prototype.connect = function connectAndRemember(this: Connection): Promise<unknown> {
    const connecting = connect.call(this);
    if (this.socket !== undefined) connections.set(this.socket, this);
    return connecting;
  };
}

function leaveOutdatedConnections(): void {
  const ConnectionPool = require('kafkajs/src/network/connectionPool');
  const { getConnection } = ConnectionPool.prototype;
  ConnectionPool.prototype.getConnection = function getRenewed(this: { readonly pool: Connection[] }, index = 0) {
    const current = this.pool[index];
    if (current?.socket !== undefined && outdated.has(current.socket)) this.pool[index] = successorOf(current);
    return getConnection.call(this, index);
  };
}

/** A connection to the same broker, not opened yet. */
function successorOf(current: Connection): Connection {
  const ConnectionOfKafkajs = require('kafkajs/src/network/connection');
  const { enforceRequestTimeout, maxInFlightRequests, instrumentationEmitter } = current.requestQueue;
  const successor: Connection = new ConnectionOfKafkajs({
    ...current,
    enforceRequestTimeout,
    maxInFlightRequests,
    instrumentationEmitter,
  });
  successor.setVersions(current.versions);
  successor.setSupportAuthenticationProtocol(current.getSupportAuthenticationProtocol());
  return successor;
}
