import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordChunk } from '../src/consumer/record-chunk.ts';
import { TableWriter } from '../src/consumer/table-writer.ts';
import { allFields } from '../src/consumer/field-rules.ts';
import { createJsonCatalog } from '../src/lake/json-catalog.ts';
import { createLocalObjectStore } from '../src/lake/local-object-store.ts';
import type { ParquetEncoder } from '../src/consumer/ports.ts';
import { createFlatEncoder } from '../src/parquet/flat-encoder.ts';
import { createHyparquetEncoder } from '../src/parquet/hyparquet-encoder.ts';
import { createParquetjsEncoder } from '../src/parquet/parquetjs-encoder.ts';
import { hyparquetReader } from '../src/parquet/parquet-reader.ts';

/**
 * One contender turns a file of JSON lines into Parquet, in a process of its own: `json-to-parquet.ts <contender> <file> <folder>`.
 * Ours decode, infer, settle the schema and encode batches of 100,000 rows, as the service does, without Kafka.
 */
const [contender = 'glueless', file = '', folder = ''] = process.argv.slice(2);
const batchRows = 100_000;

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
if (contender === 'duckdb') await withDuckdb();
else await withOurs();

async function withDuckdb(): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT * FROM read_json('${file}', format = 'newline_delimited')) TO '${join(folder, 'out.parquet')}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${batchRows})`,
  );
  connection.closeSync();
}

async function withOurs(): Promise<void> {
  const store = createLocalObjectStore({ root: folder });
  const writer = new TableWriter({
    store,
    catalog: createJsonCatalog({ store, database: 'bench' }),
    encoder: encoderOf(contender),
    parquet: hyparquetReader,
    table: 'bench',
    layout: 'none',
    withKafkaColumns: false,
    decode: { fields: allFields, numbers: 'double', depthMax: 8, recordBytesMax: 1e6, columnsMax: 500 },
    evolution: { columnsMax: 500, growth: 'all', hints: new Map() },
  });
  const placement = { layout: 'none' as const, eventTimeField: 'eventTime', pastDaysMax: 1e5, futureDaysMax: 1e5 };
  const chunk = chunkOfLines(await readFile(file));
  for (let first = 0; first < chunk.count; first += batchRows) {
    const end = Math.min(chunk.count, first + batchRows);
    const settled = await writer.settle(writer.decode([{ chunk, first, end }], placement));
    const claim = {
      ...chunk,
      format: 1 as const,
      table: 'bench',
      from: String(first),
      to: String(end),
      writer: 'bench',
      claimedAt: '',
      reason: 'rows',
      placement,
    };
    for (const draft of writer.plan(settled, claim))
      await writeFile(join(folder, `${first}.parquet`), await draft.encode());
  }
}

function encoderOf(name: string): ParquetEncoder {
  if (name === 'parquetjs-lite') return createParquetjsEncoder({ codec: 'snappy', rowGroupRows: batchRows });
  const options = { codec: 'zstd', rowGroupRows: batchRows } as const;
  return name === 'hyparquet' ? createHyparquetEncoder(options) : createFlatEncoder(options);
}

function chunkOfLines(bytes: Buffer): RecordChunk {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start);
    starts.push(start);
    ends.push(end);
    start = end + 1;
  }
  const count = starts.length;
  return {
    topic: 'bench',
    partition: 0,
    from: 0n,
    to: BigInt(count),
    count,
    bytes,
    offsetDeltas: Float64Array.from(starts.keys()),
    timestamps: new Float64Array(count).fill(-1),
    valueStarts: Int32Array.from(starts),
    valueEnds: Int32Array.from(ends),
    keyOf: () => undefined,
    headersOf: () => undefined,
  };
}
