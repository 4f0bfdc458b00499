import { certificateFacts, checkTlsMaterial, type CertificateFacts } from '../kafka/client-certificate.ts';
import type { TlsMaterial } from '../kafka/tls-material.ts';
import { type TlsIdentity } from '../kafka/kafkajs/tls-identity.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from './observe/logger.ts';
import { failureFields } from './observe/explain-failure.ts';

export interface RotationOptions {
  readonly identity: TlsIdentity;
  /** Reads files or secret again. */
  readonly load: () => Promise<TlsMaterial>;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stop: AbortSignal;
  readonly onCertificate: (facts: CertificateFacts) => void;
  /** Told each time that a new certificate can't be read or used. */
  readonly onFailure: () => void;
}

/** Warnings are logged once when fewer days are left; sooner before the end where a certificate is good for a short time only. */
const warningDays = [30, 7, 1, 0];
const lifetimeShare = 1 / 3;

/** Watches the certificate until `stop`: takes a new pair when it is good, and keeps the old one when it is not. */
export async function watchCertificate(options: RotationOptions): Promise<void> {
  const { identity, everyMs, clock, log, stop } = options;
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
    if (!stop.aborted) await reload(options);
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

async function reload({ identity, load, clock, log, onFailure }: RotationOptions): Promise<void> {
  try {
    const next = await load();
    if (isSame(next, identity.current())) return;
    const facts = checkTlsMaterial(next, clock.nowMs());
    await identity.replace(next, clock);
    log.info({ ...facts }, 'client certificate rotated');
  } catch (error) {
    onFailure();
    log.error(failureFields(error), 'the new client certificate can’t be used, the old one stays');
  }
}

function isSame(left: TlsMaterial, right: TlsMaterial): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
