import { createRequire } from 'node:module';
import { prefixBytes } from './answer-framing.ts';
import { renewConnections } from './renew-connections.ts';

const require = createRequire(import.meta.url);

let isMended = false;

/** Mends what kafkajs 2.2.4 does with connections, before the first one is made. */
export function mendConnections(): void {
  if (isMended) return;
  isMended = true;
  scheduleWhenNeeded();
  takeWholeAnswers();
  connectOnce();
  tellReadyFromOpen();
  renewConnections();
}

/** It sets a timer with a negative delay after every request, which Node 24 warns of. */
function scheduleWhenNeeded(): void {
  const RequestQueue = require('kafkajs/src/network/requestQueue');
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleIfPending() {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}

/** It copies every answer once more, though our sockets give whole ones. */
function takeWholeAnswers(): void {
  const Connection = require('kafkajs/src/network/connection');
  Connection.prototype.processData = function takeAnswer(answer: Buffer) {
    this.requestQueue.fulfillRequest({
      size: answer.readInt32BE(0),
      correlationId: answer.readInt32BE(prefixBytes),
      payload: answer.subarray(2 * prefixBytes),
    });
  };
}

/** Two requests at once over a connection that was lost open two sockets, and it forgets the first. */
function connectOnce(): void {
  const Connection = require('kafkajs/src/network/connection');
  const connect = Connection.prototype.connect;
  const opening = new WeakMap<object, Promise<unknown>>();
  Connection.prototype.connect = function connectTogether(): Promise<unknown> {
    const current = opening.get(this);
    if (current !== undefined) return current;
    const mine: Promise<unknown> = connect.call(this).finally(() => opening.delete(this));
    opening.set(this, mine);
    return mine;
  };
}

/** It takes a broker for connected once the socket is, and then throws at requests until it has been told which versions there are. */
function tellReadyFromOpen(): void {
  const Broker = require('kafkajs/src/broker');
  const { connect, isConnected } = Broker.prototype;
  const ready = new WeakSet<object>();
  Broker.prototype.isConnected = function isReady(): boolean {
    return ready.has(this) && isConnected.call(this);
  };
  Broker.prototype.connect = async function connectUntilReady(): Promise<void> {
    await connect.call(this);
    ready.add(this);
  };
}
