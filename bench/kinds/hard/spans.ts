import { writeJson } from '../../../src/schema/json/exact-json.ts';
import type { Columns, ColumnType } from '../columns.ts';
import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';

type Attribute = readonly [key: string, valueOf: (draw: Draw) => Record<string, unknown>];

const attribute: Columns = { key: 'string', value: 'json' };
const attributeList: ColumnType = { elements: { fields: attribute } };

const resource: readonly Attribute[] = [
  ['service.name', (draw) => ({ stringValue: draw.pick(['checkout', 'cart', 'ward-api', 'gateway']) })],
  ['host.cpu.count', (draw) => ({ intValue: String(2 << draw.whole(4)) })],
  ['process.command_args', () => ({ arrayValue: { values: [{ stringValue: 'node' }, { stringValue: 'main.js' }] } })],
];

const known: readonly Attribute[] = [
  ['http.request.method', (draw) => ({ stringValue: draw.pick(['GET', 'POST', 'PUT']) })],
  ['http.response.status_code', (draw) => ({ intValue: draw.pick(['200', '201', '404', '500']) })],
  ['url.path', (draw) => ({ stringValue: `/patients/${draw.whole(10_000)}` })],
  ['server.port', (draw) => ({ intValue: draw.pick([80, 443, 8080]) })],
  ['db.rows_affected', (draw) => ({ intValue: String(draw.whole(5000)) })],
  ['app.score', (draw) => ({ doubleValue: draw.double() * 100 })],
  ['app.is_cached', (draw) => ({ boolValue: draw.isTrue(0.5) })],
  ['app.tags', (draw) => ({ arrayValue: { values: tagsOf(draw) } })],
  ['app.empty', () => ({})],
];

/** Spans of traces, as OpenTelemetry's collector exports them in JSON. */
export const spans: RecordKind = {
  name: 'spans',
  about:
    'OpenTelemetry’s spans: attributes as arrays of keys with values of five types, arrays in arrays, times in nanoseconds of 19 digits, as text by some exporters and as numbers by others',
  records: 120_000,
  columns: {
    resource: { fields: { attributes: attributeList } },
    scope: { fields: { name: 'string', version: 'string' } },
    traceId: 'string',
    spanId: 'string',
    parentSpanId: 'string',
    name: 'string',
    kind: 'bigint',
    startTimeUnixNano: 'bigint',
    endTimeUnixNano: 'bigint',
    attributes: attributeList,
    events: { elements: { fields: { timeUnixNano: 'bigint', name: 'string', attributes: attributeList } } },
    links: { elements: { fields: { traceId: 'string', spanId: 'string', attributes: attributeList } } },
    status: { fields: { code: 'bigint', message: 'string' } },
  },
  textAt: (draw, index, startMs) => {
    const asText = draw.isTrue(0.7);
    const startNs = BigInt(startMs + index * 10) * 1_000_000n + BigInt(draw.whole(1_000_000_000));
    const timeAfter = (ns: number): bigint | string => {
      const time = startNs + BigInt(ns);
      return asText ? String(time) : time;
    };
    return writeJson(spanOf(draw, timeAfter));
  },
};

function spanOf(draw: Draw, timeAfter: (ns: number) => unknown): Record<string, unknown> {
  const durationNs = draw.whole(500_000_000);
  return {
    resource: { attributes: resource.map((each) => attributeOf(draw, each)) },
    scope: { name: 'instrumentation/http', version: draw.pick(['0.57.0', '0.58.1']) },
    traceId: draw.hex(32),
    spanId: draw.hex(16),
    parentSpanId: draw.isTrue(0.2) ? '' : draw.hex(16),
    name: draw.pick(['GET /patients/:id', 'SELECT ward', 'publish', 'redis.get']),
    kind: 1 + draw.whole(5),
    startTimeUnixNano: timeAfter(0),
    endTimeUnixNano: timeAfter(durationNs),
    attributes: known.filter(() => draw.isTrue(0.5)).map((each) => attributeOf(draw, each)),
    events: draw.isTrue(0.15) ? [exceptionOf(draw, timeAfter(draw.whole(durationNs + 1)))] : [],
    links: draw.isTrue(0.05) ? [{ traceId: draw.hex(32), spanId: draw.hex(16), attributes: [] }] : [],
    status: draw.isTrue(0.9) ? {} : { code: 2, message: 'deadline exceeded' },
  };
}

function attributeOf(draw: Draw, [key, valueOf]: Attribute): Record<string, unknown> {
  return { key, value: valueOf(draw) };
}

function exceptionOf(draw: Draw, timeUnixNano: unknown): Record<string, unknown> {
  const stack = Array.from(
    { length: 2 + draw.whole(6) },
    () => `    at f${draw.whole(500)} (main.js:${draw.whole(3000)})`,
  );
  const attributes = [
    { key: 'exception.type', value: { stringValue: 'TimeoutError' } },
    { key: 'exception.stacktrace', value: { stringValue: `TimeoutError: no answer\n${stack.join('\n')}` } },
  ];
  return { timeUnixNano, name: 'exception', attributes };
}

function tagsOf(draw: Draw): Record<string, unknown>[] {
  return Array.from({ length: draw.whole(4) }, () => ({ stringValue: draw.pick(['night', 'icu', 'retry']) }));
}
