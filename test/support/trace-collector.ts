import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const attribute = z.strictObject({
  key: z.string(),
  value: z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
    z.strictObject({ doubleValue: z.number() }),
    z.strictObject({ boolValue: z.boolean() }),
  ]),
});
const attributes = z
  .array(attribute)
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])));
const time = z.string().regex(/^\d{19}$/);

const span = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string(),
  kind: z.union([z.literal(1), z.literal(5)]),
  startTimeUnixNano: time,
  endTimeUnixNano: time,
  attributes,
  events: z.array(z.strictObject({ name: z.string(), timeUnixNano: time, attributes })),
  status: z.strictObject({ code: z.literal(2).optional(), message: z.string().optional() }),
});

/** A request by OTLP's JSON: ids in hexadecimal, enumerations as numbers, 64 bits as strings, names in camel case. */
const exportRequest = z.strictObject({
  resourceSpans: z.tuple([
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.tuple([
        z.strictObject({ scope: z.strictObject({ name: z.string(), version: z.string() }), spans: z.array(span) }),
      ]),
    }),
  ]),
});

export type ReceivedSpan = z.infer<typeof span>;

/** Receives traces as a collector does, and refuses what is no OTLP. */
export class TraceCollector implements AsyncDisposable {
  readonly #server = createServer();
  readonly spans: ReceivedSpan[] = [];
  readonly requests: { readonly path: string; readonly headers: NodeJS.Dict<string | string[]> }[] = [];
  readonly resources: Record<string, unknown>[] = [];
  /** What is answered by now; `undefined`: nothing, for ever. */
  status: number | undefined = 200;

  static async start(port = 0): Promise<TraceCollector> {
    const collector = new TraceCollector();
    collector.#server.on('request', (request, response) => void collector.#answer(request, response));
    await once(collector.#server.listen(port, '127.0.0.1'), 'listening');
    return collector;
  }

  get port(): number {
    const address = this.#server.address();
    return isAddress(address) ? address.port : 0;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.resolve();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await Array.fromAsync(request);
    this.requests.push({ path: request.url ?? '', headers: request.headers });
    if (this.status === undefined) return;
    if (this.status === 200) this.#take(Buffer.concat(body).toString());
    response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
  }

  #take(body: string): void {
    const [{ resource, scopeSpans }] = exportRequest.parse(JSON.parse(body)).resourceSpans;
    this.resources.push(resource.attributes);
    this.spans.push(...scopeSpans[0].spans);
  }
}

function isAddress(address: ReturnType<ReturnType<typeof createServer>['address']>): address is AddressInfo {
  return address !== null && typeof address !== 'string';
}
