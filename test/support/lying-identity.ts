import type { TLSSocket } from 'node:tls';
import { TlsIdentity } from '../../src/kafka/kafkajs/tls-identity.ts';
import type { TlsMaterial } from '../../src/kafka/access/tls-material.ts';

const fetchKey = 1;

/** Connects to a real broker whose answers to fetches go through `lie` before the client sees them. */
export class LyingIdentity extends TlsIdentity {
  readonly #lie: (answer: Buffer) => Buffer;

  /** `lie` gets an answer from its length on. */
  constructor(material: TlsMaterial, lie: (answer: Buffer) => Buffer) {
    super(material);
    this.#lie = lie;
  }

  override connect(options: Parameters<TlsIdentity['connect']>[0]): TLSSocket {
    const socket = super.connect(options);
    const fetches = new Set<number>();
    const write = socket.write.bind(socket);
    const emit = socket.emit.bind(socket);
    const patches = {
      write: (bytes: Buffer): boolean => {
        if (bytes.readInt16BE(4) === fetchKey) fetches.add(bytes.readInt32BE(8));
        return write(bytes);
      },
      emit: (event: string, answer: unknown): boolean => {
        const isFetch = event === 'data' && Buffer.isBuffer(answer) && fetches.delete(answer.readInt32BE(4));
        return emit(event, isFetch ? this.#lie(answer) : answer);
      },
    };
    return Object.assign(socket, patches);
  }
}
