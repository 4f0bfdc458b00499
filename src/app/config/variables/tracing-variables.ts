import { choice, integer, readHttpUrl, text, variable } from './variable-kinds.ts';

const tracing = 'Traces';
const url = 'an http or https URL without user, password and query';

/** OpenTelemetry's own variables, as far as the program heeds them. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(
    {
      group: tracing,
      about:
        'Base address of an OpenTelemetry collector, http://collector:4318: each batch becomes a trace, sent to /v1/traces there; default: no traces',
      expected: url,
    },
    readHttpUrl,
  ).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: variable(
    { group: tracing, about: 'Address that traces are sent to as it stands, instead', expected: url },
    readHttpUrl,
  ).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: variable(
    {
      group: tracing,
      about:
        'Headers of each request, such as a key of the collector’s: name=value, separated by commas, percent-encoded',
      expected: 'name=value, separated by commas',
      secret: true,
    },
    readPairs,
  ).optional(),
  OTEL_EXPORTER_OTLP_TIMEOUT: integer(1, 600_000, {
    group: tracing,
    about: 'How long the collector may take to answer, in milliseconds',
  }).prefault('10000'),
  OTEL_EXPORTER_OTLP_PROTOCOL: choice(['http/json', 'http/protobuf', 'grpc'], {
    group: tracing,
    about: 'The program speaks http/json: with another protocol no traces are sent, and a warning says so',
  }).prefault('http/json'),
  OTEL_SERVICE_NAME: text({ group: tracing, about: 'Name of the service in traces' }).prefault('glueless'),
  OTEL_RESOURCE_ATTRIBUTES: variable(
    {
      group: tracing,
      about: 'More attributes of the process: name=value, separated by commas, percent-encoded',
      expected: 'name=value, separated by commas',
    },
    readPairs,
  ).optional(),
  OTEL_SDK_DISABLED: variable(
    { group: tracing, about: 'Sends no traces, whatever else is set', expected: 'true or false' },
    (value) => ({ true: true, false: false })[value.toLowerCase()],
  ).prefault('false'),
};

function readPairs(value: string): Readonly<Record<string, string>> | undefined {
  const pairs = value.split(',').map((each) => /^\s*([^\s=]+)\s*=\s*(.*?)\s*$/.exec(each));
  if (pairs.includes(null) || /\p{Cc}/u.test(value)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', decodeURIComponent(pair?.[2] ?? '')]));
}
