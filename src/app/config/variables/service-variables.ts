import { choice, decimal, integer, variable } from './variable-kinds.ts';

const service = 'Service';

/** How the process runs. */
export const serviceVariables = {
  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    group: service,
    about: 'Lowest level that is logged',
  }).prefault('info'),
  HTTP_PORT: integer(0, 65_535, {
    group: service,
    about: 'Port of /livez, /startupz, /readyz and /metrics; default: no HTTP server',
  }).optional(),
  HTTP_HOST: variable(
    {
      group: service,
      about: 'Address that the HTTP server listens on; the image sets 0.0.0.0, so that probes from outside reach it',
      expected: 'an IP address or a host name',
    },
    (value) => (/^[\w.:-]{1,253}$/.test(value) ? value : undefined),
  ).prefault('127.0.0.1'),
  METRICS_EMF_NAMESPACE: variable(
    {
      group: service,
      about:
        'CloudWatch namespace: metrics are printed once a minute as lines in the embedded metric format; default: none',
      expected: 'letters, digits and . - _ / # :, 255 at most',
    },
    (value) => (/^(?!AWS\/)[\w.\-/#:]{1,255}$/.test(value) ? value : undefined),
  ).optional(),
  RETRY_SECONDS: decimal(0, 86_400, {
    group: service,
    about: 'A step that fails with a retryable failure is tried again for this long before the process ends',
  }).prefault('300'),
  SHUTDOWN_DEADLINE_SECONDS: decimal(1, 3600, {
    group: service,
    about: 'Time to write what has arrived after SIGTERM',
  }).prefault('25'),
  STALL_SECONDS: decimal(1, 86_400, {
    group: service,
    about: 'The process ends when there is lag and nothing has been written for this long, beyond the age of a batch',
  }).prefault('600'),
};
