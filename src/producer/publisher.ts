export interface Message {
  readonly key: string;
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly timestampMs?: number;
}

/** Publishes the simulator's messages. */
export interface Publisher {
  /** Resolves with the number of acknowledged messages once all replicas have them. */
  send(messages: readonly Message[]): Promise<number>;
  close(): Promise<void>;
}
