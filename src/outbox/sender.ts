import type { Channel } from './delivery.ts';

/** What a receiver gets. */
export interface Message {
  /** The same for every attempt: a receiver that has seen the key has seen the message. */
  readonly key: string;
  /** Like `hour.complete` or `alert.raised`. */
  readonly type: string;
  /** One line for people. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Sender {
  /** Resolves once the receiver has the message. Rejects with DELIVERY_FAILED. */
  send(message: Message): Promise<void>;
}

/** The channels that are configured. */
export type Senders = ReadonlyMap<Channel, Sender>;
