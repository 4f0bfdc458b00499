import { systemClock } from '../../runtime/clock.ts';
import { watchCertificate } from './watch-certificate.ts';
import type { Settings } from '../config/settings.ts';
import type { KafkaConnection } from './connect-kafka.ts';
import type { Logger } from '../observe/logger.ts';
import type { ServiceWatch } from '../observe/watch-service.ts';

/** Watches the connection's certificate until it is disposed of. */
export function startCertificateWatch(
  { identity, load }: KafkaConnection,
  { settings, watch, log }: { readonly settings: Settings; readonly watch: ServiceWatch; readonly log: Logger },
): Disposable {
  const over = new AbortController();
  const stop = { [Symbol.dispose]: () => over.abort() };
  if (identity === undefined) return stop;
  void watchCertificate({
    identity,
    load,
    everyMs: settings.kafka.tls.reloadEveryMs,
    clock: systemClock,
    log,
    stop: over.signal,
    onCertificate: ({ daysLeft }) => watch.metrics?.certificateDays.set(daysLeft),
    onFailure: () => watch.metrics?.certificateFailures.inc(),
  });
  return stop;
}
