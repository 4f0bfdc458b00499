interface Connecting {
  readonly host: string;
  readonly port: number;
  readonly onConnect: () => void;
}

/** What kafkajs makes a connection, or a pool of them, to a broker on this machine with. */
export function connectionOptions(port: number, socketFactory: (to: Connecting) => unknown) {
  const logger = { namespace: () => logger, debug() {}, error() {}, warn() {} };
  return { host: '127.0.0.1', port, logger, requestTimeout: 10_000, connectionTimeout: 10_000, socketFactory };
}
