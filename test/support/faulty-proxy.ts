import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Gate } from './gate.ts';
import { listenHere } from './listen-here.ts';

/** A fault that the proxy injects. */
export type Fault =
  | { readonly kind: 'answer'; readonly status: number; readonly code: string; readonly message?: string }
  /** The request is passed on after this long. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The connection is reset before anything is passed on. */
  | { readonly kind: 'reset' }
  /** The request takes place, and its answer never arrives. */
  | { readonly kind: 'lost-answer' }
  /** The connection is cut in the middle of the answer's body. */
  | { readonly kind: 'cut-answer' }
  /** The request takes place when the gate lets it through. */
  | { readonly kind: 'held'; readonly gate: Gate }
  /** The connection is cut at once; the request takes place all the same when the gate lets it through. */
  | { readonly kind: 'late'; readonly gate: Gate }
  /** The body of the request or the answer is changed on its way. */
  | { readonly kind: 'changed'; readonly request?: Change; readonly answer?: Change };

type Change = (body: Buffer) => Buffer;

/** Flips one bit. */
export const flipBit: Change = (body) => {
  const changed = Buffer.from(body);
  if (changed.length > 0) changed.writeUInt8((changed[changed.length >> 1] ?? 0) ^ 1, changed.length >> 1);
  return changed;
};

export interface Request {
  readonly method: string;
  readonly path: string;
  /** Glue's action, like `AWSGlue.UpdateTable`; empty for S3. */
  readonly action: string;
  readonly body: Buffer;
}

/** Stands between the service and the AWS emulator, over real HTTP. Answers with its address and a count of faults. */
export async function startFaultyProxy(
  target: string,
  faultFor: (request: Request) => Fault | undefined,
): Promise<{ endpoint: string; faults: () => number }> {
  let faults = 0;
  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await Array.fromAsync(incoming).catch(() => []));
    const fault = faultFor({
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      action: String(incoming.headers['x-amz-target'] ?? ''),
      body,
    });
    if (fault !== undefined) faults++;
    await serve({ incoming, response, body, target, fault });
  };
  const server = createServer((incoming, response) => void pass(incoming, response));
  return { endpoint: `http://127.0.0.1:${await listenHere(server)}`, faults: () => faults };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly target: string;
  readonly fault: Fault | undefined;
}

async function serve({ incoming, response, body, target, fault }: Exchange): Promise<void> {
  if (fault?.kind === 'reset') {
    incoming.socket.resetAndDestroy();
    return;
  }
  if (fault?.kind === 'answer') {
    const isGlue = incoming.headers['x-amz-target'] !== undefined;
    response.writeHead(fault.status, { 'content-type': isGlue ? 'application/x-amz-json-1.1' : 'application/xml' });
    const { code, message = 'injected' } = fault;
    response.end(
      isGlue
        ? JSON.stringify({ __type: code, Message: message })
        : `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
    return;
  }
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === 'late') incoming.socket.resetAndDestroy();
  if (fault?.kind === 'held' || fault?.kind === 'late') await fault.gate.opened;
  const outgoing = request(
    target + (incoming.url ?? ''),
    { method: incoming.method, headers: incoming.headers },
    (answer) => {
      if (fault?.kind === 'lost-answer') {
        answer.resume();
        answer.on('end', () => incoming.socket.resetAndDestroy());
        return;
      }
      if (fault?.kind === 'cut-answer' || fault?.kind === 'changed') {
        void passOnSpoiled(answer, response, fault);
        return;
      }
      if (fault?.kind === 'held' || fault?.kind === 'late') fault.gate.passed();
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.on('error', () => incoming.socket.destroy());
  outgoing.end(fault?.kind === 'changed' && fault.request !== undefined ? fault.request(body) : body);
}

async function passOnSpoiled(
  answer: IncomingMessage,
  response: ServerResponse,
  fault: Extract<Fault, { kind: 'cut-answer' | 'changed' }>,
): Promise<void> {
  const body = Buffer.concat(await Array.fromAsync(answer));
  const { 'transfer-encoding': _, ...headers } = answer.headers;
  if (fault.kind === 'cut-answer') {
    response.writeHead(answer.statusCode ?? 500, { ...headers, 'content-length': body.length });
    response.write(body.subarray(0, body.length >> 1), () => response.socket?.destroy());
    return;
  }
  const changed = fault.answer?.(body) ?? body;
  response.writeHead(answer.statusCode ?? 500, { ...headers, 'content-length': changed.length });
  response.end(changed);
}
