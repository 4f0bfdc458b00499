import type { ClusterBroker, ClusterConnection } from './cluster.ts';

/** A request that kafkajs has no encoder for. */
export interface ProtocolRequest {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  /** Whether this version of the request is a flexible one: its header has tagged fields. */
  readonly isFlexible: boolean;
  /** What follows the header. */
  readonly body: Buffer;
  /** Milliseconds; the client's when left out. */
  readonly timeoutMs?: number;
}

/** Whether the broker speaks this version of a request: it said so when the connection was made. */
export function supports(broker: ClusterBroker, apiKey: number, apiVersion: number): boolean {
  const range = broker.versions?.[apiKey];
  return range !== undefined && range.minVersion <= apiVersion && apiVersion <= range.maxVersion;
}

/** Sends a request past kafkajs's own encoders and answers with what follows the answer's correlation id. */
export async function sendRequest(connection: ClusterConnection, request: ProtocolRequest): Promise<Buffer> {
  return exchange(connection, request, (correlationId) => {
    const bytes = Buffer.concat([headerOf(request, correlationId, connection.clientId), request.body]);
    bytes.writeInt32BE(bytes.length - 4);
    return bytes;
  });
}

/** Sends what `write` makes for the correlation id that the request gets, its length in front; gives what follows that id in the answer. */
export async function exchange(
  connection: ClusterConnection,
  { apiKey, apiName, apiVersion, timeoutMs }: Pick<ProtocolRequest, 'apiKey' | 'apiName' | 'apiVersion' | 'timeoutMs'>,
  write: (correlationId: number) => Buffer,
): Promise<Buffer> {
  await connection.authenticate();
  connection.failIfNotConnected();
  const correlationId = connection.nextCorrelationId();
  const bytes = write(correlationId);
  const { payload } = await new Promise<{ readonly payload: Buffer }>((resolve, reject) => {
    connection.requestQueue.push({
      entry: { apiKey, apiName, apiVersion, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: timeoutMs ?? null,
      sendRequest: () => connection.socket.write(bytes),
    });
  });
  return payload;
}

/** Request header 1, or 2 for flexible versions, with room for the length before it. Source: https://kafka.apache.org/protocol#protocol_messages */
function headerOf(
  { apiKey, apiVersion, isFlexible }: ProtocolRequest,
  correlationId: number,
  clientId: string,
): Buffer {
  const name = Buffer.from(clientId);
  const header = Buffer.alloc(4 + 2 + 2 + 4 + 2 + name.length + (isFlexible ? 1 : 0));
  header.writeInt16BE(apiKey, 4);
  header.writeInt16BE(apiVersion, 6);
  header.writeInt32BE(correlationId, 8);
  header.writeInt16BE(name.length, 12);
  name.copy(header, 14);
  return header;
}
