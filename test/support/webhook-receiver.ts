import { createServer, type IncomingMessage } from 'node:http';
import { listenHere } from './listen-here.ts';

export interface ReceivedMessage {
  readonly key: string;
  readonly type: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A webhook on this machine that keeps what it gets. */
export class WebhookReceiver {
  readonly url: string;
  readonly received: ReceivedMessage[] = [];
  /** Called with each message before it is answered; what it resolves with is the status. */
  onMessage: (message: ReceivedMessage) => Promise<number> | number = () => 204;

  private constructor(url: string) {
    this.url = url;
  }

  static async open(): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      void receiver.#take(request).then((status) => response.writeHead(status).end());
    });
    const receiver = new WebhookReceiver(`http://127.0.0.1:${await listenHere(server)}/hook`);
    return receiver;
  }

  keys(): string[] {
    return this.received.map(({ key }) => key);
  }

  async #take(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = await request.toArray();
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const { authorization } = request.headers;
    const message = { key: String(request.headers['idempotency-key']), type: String(body.type), authorization, body };
    this.received.push(message);
    return this.onMessage(message);
  }
}
