export interface Message {
  /** Messages with one key go to one partition, those without to any. */
  readonly key: string | undefined;
  /** A string is sent as UTF-8. */
  readonly value: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly timestampMs?: number;
}

/** Publishes messages. */
export interface Publisher {
  /** Resolves with the number of acknowledged messages once all replicas have them. */
  send(messages: readonly Message[]): Promise<number>;
  close(): Promise<void>;
}
