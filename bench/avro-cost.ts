import type { SchemaRegistry } from '../src/consumer/ports/schema-registry.ts';
import type { ChunkSlice } from '../src/consumer/ports/record-chunk.ts';
import { TableWriter } from '../src/consumer/table/table-writer.ts';
import { createMemoryObjectStore } from '../src/lake/store/memory-object-store.ts';
import { createColumnEncoder } from '../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../src/parquet/read/parquet-reader.ts';
import { readingAt } from '../src/producer/thermometer.ts';
import { avroEncoder, confluentFrame } from './support/avro-encoder.ts';
import { createMemoryCatalog } from './contenders/memory-catalog.ts';
import { defaultRecipe } from './support/recipe.ts';

/**
 * Prints the CPU time of a record as JSON and as Avro, from bytes to Parquet: `node bench/avro-cost.ts`. Thermometer readings, and records of
 * eight doubles and eight whole numbers.
 */
const count = 50_000;
const chunkRecords = 5000;
const rounds = 11;
const startMs = Date.UTC(2026, 10, 26);
const time = { name: 'eventTime', type: { type: 'long', logicalType: 'timestamp-millis' } };
const numbered = (name: string, type: string) => Array.from({ length: 8 }, (_, at) => ({ name: `${name}${at}`, type }));

const kinds = {
  readings: {
    fields: [
      { name: 'deviceId', type: 'string' },
      { name: 'patientId', type: 'string' },
      { name: 'temperature', type: 'double' },
      time,
    ],
    valuesAt: (index: number, ms: number): object => readingAt({ seed: 1, patients: 500 }, index, ms),
  },
  numbers: {
    fields: [...numbered('metric', 'double'), ...numbered('count', 'long'), time],
    valuesAt: (index: number, ms: number): object => ({
      ...Object.fromEntries(numbered('metric', '').map(({ name }, at) => [name, Math.sin(index * (at + 1))])),
      ...Object.fromEntries(numbered('count', '').map(({ name }, at) => [name, (index * 7919 * (at + 1)) % 1_000_003])),
      eventTime: new Date(ms).toISOString(),
    }),
  },
};

for (const [name, { fields, valuesAt }] of Object.entries(kinds)) {
  const schema = { type: 'record', name: 'R', fields };
  const encode = avroEncoder(schema);
  const longs = new Set(fields.filter(({ type }) => type === 'long').map((field) => field.name));
  const avroOf = (values: object, ms: number): object =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        key === 'eventTime' ? BigInt(ms) : longs.has(key) ? BigInt(value) : value,
      ]),
    );
  const recordsAs = (toBytes: (values: object, ms: number) => Buffer): Buffer[] =>
    Array.from({ length: count }, (_, index) => toBytes(valuesAt(index, startMs + index * 10), startMs + index * 10));
  const json = recordsAs((values) => Buffer.from(JSON.stringify(values)));
  const avro = recordsAs((values, ms) => confluentFrame(1, encode(avroOf(values, ms))));
  const registry: SchemaRegistry = {
    find: () => Promise.resolve({ format: 'avro', text: JSON.stringify(schema), references: [] }),
  };
  const ofJson = await measure(json, 'json', registry);
  const ofAvro = await measure(avro, 'avro', registry);
  process.stdout.write(`${name}: JSON ${ofJson}, Avro ${ofAvro}\n`);
}

/** Gives the median of the CPU time of a record, and its bytes. */
async function measure(records: Buffer[], valueFormat: 'json' | 'avro', registry: SchemaRegistry): Promise<string> {
  const slices = slicesOf(records);
  const writer = new TableWriter({
    store: createMemoryObjectStore(),
    parquet: hyparquetReader,
    catalog: createMemoryCatalog(),
    encoder: createColumnEncoder({ codec: 'zstd', rowGroupRows: count }),
    table: 'bench',
    topic: 'bench',
    registries: new Map([['confluent', registry]]),
  });
  const { placement } = defaultRecipe;
  const recipe = { ...defaultRecipe, placement: { ...placement, layout: 'none' as const }, valueFormat };
  const range = { table: 'bench', topic: 'bench', partition: 0, from: 0n, to: BigInt(count), generation: 1 };
  const micros: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const pinned = await writer.pinSchemas(slices, recipe);
    using decoded = await writer.decode(slices, pinned);
    if (decoded.rowCount !== count) throw new Error(decoded.rejects[0]?.detail);
    const routed = await writer.grow(decoded, pinned);
    if (routed === 'misfit') throw new Error('the table is new');
    for (const draft of writer.drafts(writer.group(decoded, pinned).groups, routed, range)) await draft.encode();
    const { user, system } = process.cpuUsage(before);
    micros.push((user + system) / count);
  }
  const median = micros.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  const bytes = records.reduce((sum, { length }) => sum + length, 0) / count;
  return `${median.toFixed(2)} µs of CPU and ${bytes.toFixed(0)} bytes a record`;
}

function slicesOf(records: readonly Buffer[]): ChunkSlice[] {
  const slices: ChunkSlice[] = [];
  for (let from = 0; from < records.length; from += chunkRecords) {
    const some = records.slice(from, from + chunkRecords);
    const valueEnds = new Int32Array(some.length);
    let end = 0;
    for (const [index, { length }] of some.entries()) valueEnds[index] = end += length;
    slices.push({
      first: 0,
      end: some.length,
      chunk: {
        topic: 'bench',
        partition: 0,
        from: BigInt(from),
        to: BigInt(from + some.length),
        count: some.length,
        bytes: Buffer.concat(some),
        offsetDeltas: Float64Array.from(some, (_, index) => index),
        timestamps: new Float64Array(some.length).fill(startMs),
        valueStarts: Int32Array.from(some, ({ length }, index) => (valueEnds[index] ?? 0) - length),
        valueEnds,
        keyOf: () => undefined,
        headersOf: () => undefined,
        headerOf: () => undefined,
        [Symbol.dispose]: () => {},
      },
    });
  }
  return slices;
}
