import { connect, type OnReadOpts, type Socket } from 'node:net';
import { messageOf } from '../../runtime/errors.ts';
import { AnswerFraming } from './answer-framing.ts';

/** Size of a socket's read buffer; a TLS record is at most 16 KiB. */
const readBytes = 64 * 1024;

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  /** A longer answer was not asked for, and closes the connection. */
  readonly answerBytesMax: number;
  readonly onConnect: () => void;
}

/** Opens a connection without TLS: only where the configuration says so. */
export function connectPlain({ host, port, answerBytesMax, onConnect }: BrokerAddress): Socket {
  const socket: Socket = connect({ host, port, ...readAnswers(answerBytesMax, () => socket) }, onConnect);
  return socket;
}

/** How a socket is read: its 'data' events are whole answers. */
export function readAnswers(answerBytesMax: number, socketOf: () => Socket): { readonly onread: OnReadOpts } {
  const answers = new AnswerFraming(answerBytesMax, (answer) => socketOf().emit('data', answer));
  return {
    onread: {
      buffer: Buffer.alloc(readBytes),
      callback: (count, buffer) => takeIn(socketOf(), answers, buffer.subarray(0, count)),
    },
  };
}

/** Answers whether the socket is to be read on. */
function takeIn(socket: Socket, answers: AnswerFraming, bytes: Uint8Array): boolean {
  try {
    answers.push(bytes);
    return true;
  } catch (error) {
    socket.destroy(error instanceof Error ? error : new Error(messageOf(error)));
    return false;
  }
}
