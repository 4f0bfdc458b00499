import { checkTlsMaterial, type CertificateFacts } from '../kafka/client-certificate.ts';
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
}

/** Warnings are logged once when fewer days are left. */
const warningDays = [30, 7, 1];

/** Watches the certificate until `stop`: takes a new pair when it is good, and keeps the old one when it is not. */
export async function watchCertificate(options: RotationOptions): Promise<void> {
  const { identity, everyMs, clock, log, stop } = options;
  let warned = Infinity;
  while (!stop.aborted) {
    const facts = checkQuietly(identity.current(), clock.nowMs());
    if (facts !== undefined) {
      options.onCertificate(facts);
      const limit = warningDays.filter((days) => facts.daysLeft < days).at(-1) ?? Infinity;
      if (limit < warned) log.warn({ ...facts }, 'client certificate expires soon');
      warned = limit;
    }
    await clock.sleep(everyMs, stop).catch(() => {});
    if (!stop.aborted) await reload(options);
  }
}

async function reload({ identity, load, clock, log }: RotationOptions): Promise<void> {
  try {
    const next = await load();
    if (isSame(next, identity.current())) return;
    const facts = checkTlsMaterial(next, clock.nowMs());
    await identity.replace(next, clock);
    log.info({ ...facts }, 'client certificate rotated');
  } catch (error) {
    log.error(failureFields(error), 'the new client certificate can’t be used, the old one stays');
  }
}

function checkQuietly(material: TlsMaterial, nowMs: number): CertificateFacts | undefined {
  try {
    return checkTlsMaterial(material, nowMs);
  } catch {
    // expired in use: connections that are open go on, and a warning has been logged
    return undefined;
  }
}

function isSame(left: TlsMaterial, right: TlsMaterial): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
