import { certificateFacts, checkTlsMaterial, type CertificateFacts } from '../../kafka/access/client-certificate.ts';
import type { TlsMaterial } from '../../kafka/access/tls-material.ts';
import { type TlsIdentity } from '../../kafka/kafkajs/tls-identity.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../observe/logger.ts';
import { failureFields } from '../observe/explain-failure.ts';

export interface RotationOptions {
  readonly identity: TlsIdentity;
  /** Reads files or secret again. */
  readonly load: () => Promise<TlsMaterial>;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stop: AbortSignal;
  readonly onCertificate: (facts: CertificateFacts) => void;
  /** Called each time that a new certificate can't be read or used. */
  readonly onFailure: () => void;
}

/** The same failure is logged again after this long; another one at once. */
const repeatMs = 600_000;

/** Warnings are logged once when fewer days are left; sooner before the end where a certificate is good for a short time only. */
const warningDays = [30, 7, 1, 0];
const lifetimeShare = 1 / 3;

/** Watches the certificate until `stop`: takes a new pair when it is good, and keeps the old one when it is not. */
export async function watchCertificate(options: RotationOptions): Promise<void> {
  const { identity, everyMs, clock, log, stop } = options;
  const failures = new FailureLog(options);
  let warned = Infinity;
  while (!stop.aborted) {
    const facts = certificateFacts(identity.current(), clock.nowMs());
    if (facts !== undefined) {
      options.onCertificate(facts);
      const limit = warningDays.filter((days) => isBelow(facts, days)).at(-1) ?? Infinity;
      if (limit < warned) warn(facts, log);
      warned = limit;
    }
    await clock.sleep(everyMs, stop).catch(() => {});
    if (!stop.aborted) await reload(options, failures);
  }
}

function isBelow({ daysLeft, lifetimeDays }: CertificateFacts, days: number): boolean {
  return daysLeft < Math.min(days, Math.max(days === 0 ? 0 : 1, lifetimeDays * lifetimeShare));
}

/** Connections that are open go on with an expired certificate; new ones are refused. */
function warn({ subject, validTo, daysLeft }: CertificateFacts, log: Logger): void {
  if (daysLeft >= 0) log.warn({ subject, validTo, daysLeft }, 'client certificate expires soon');
  else log.error({ subject, validTo }, 'client certificate has expired: the brokers refuse new connections');
}

async function reload(options: RotationOptions, failures: FailureLog): Promise<void> {
  const { identity, load, clock, log, onFailure } = options;
  try {
    const next = await load();
    if (!isSame(next, identity.current())) {
      const facts = checkTlsMaterial(next, clock.nowMs());
      await identity.replace(next, clock);
      log.info({ ...facts }, 'client certificate rotated');
    }
    failures.end();
  } catch (error) {
    onFailure();
    failures.met(error);
  }
}

/** Logs reloads that fail: each failure once, and from time to time while it lasts, however often the certificate is read. */
class FailureLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  #last: { readonly message: string; readonly loggedMs: number } | undefined;

  constructor({ log, clock }: Pick<RotationOptions, 'log' | 'clock'>) {
    this.#log = log;
    this.#clock = clock;
  }

  met(error: unknown): void {
    const [message, nowMs] = [messageOf(error), this.#clock.monotonicMs()];
    if (this.#last?.message === message && nowMs - this.#last.loggedMs < repeatMs) return;
    this.#last = { message, loggedMs: nowMs };
    this.#log.error(failureFields(error), 'the new client certificate can’t be used, the old one stays');
  }

  end(): void {
    if (this.#last !== undefined) this.#log.info('the client certificate can be read again');
    this.#last = undefined;
  }
}

function isSame(left: TlsMaterial, right: TlsMaterial): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
