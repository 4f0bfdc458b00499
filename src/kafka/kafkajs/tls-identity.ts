import { constants } from 'node:crypto';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import { certificateFault } from '../access/client-certificate.ts';
import type { TlsMaterial } from '../access/tls-material.ts';
import { readAnswers, type BrokerAddress } from './broker-socket.ts';
import { renewSocket } from './renew-connections.ts';

const renewPauseMs = 300;

/** The newest material, and the sockets made with it: when it changes, they are renewed, so that nothing restarts. */
export class TlsIdentity {
  #material: TlsMaterial;
  #context: SecureContext;
  readonly #sockets = new Set<TLSSocket>();

  constructor(material: TlsMaterial) {
    this.#material = material;
    this.#context = contextOf(material);
  }

  current(): TlsMaterial {
    return this.#material;
  }

  /** Why brokers refuse the certificate of this moment, where its dates say so. */
  fault(nowMs: number): PipelineError | undefined {
    return certificateFault(this.#material, nowMs);
  }

  /** New connections use `material` from now on; open ones are renewed one after the other, each once its requests are answered. */
  async replace(material: TlsMaterial, clock: Clock): Promise<void> {
    this.#context = contextOf(material);
    this.#material = material;
    const open = [...this.#sockets];
    for (const socket of open) {
      void renewSocket(socket);
      await clock.sleep(renewPauseMs);
    }
  }

  /** Opens a verified connection with the material of this moment. */
  connect({ host, port, answerBytesMax, onConnect }: BrokerAddress): TLSSocket {
    const reading = readAnswers(answerBytesMax, () => socket);
    const servername = /^[\d.]+$/.test(host) ? '' : host;
    const socket = connect(
      { host, port, servername, secureContext: this.#context, rejectUnauthorized: true, ...reading },
      onConnect,
    );
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

/** Versions and ciphers are ours, whatever NODE_OPTIONS say. Throws CERT_UNREADABLE for what OpenSSL does not take. */
function contextOf(material: TlsMaterial): SecureContext {
  try {
    return createSecureContext({ ...material, minVersion: 'TLSv1.2', ciphers: constants.defaultCoreCipherList });
  } catch (error) {
    throw new PipelineError('CERT_UNREADABLE', {
      message: `TLS can’t use the certificates or the key: ${messageOf(error)}`,
      retryable: false,
      hint: '`glueless cert inspect` shows what they are',
    });
  }
}
