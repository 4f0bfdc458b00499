import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChunkSlice, RecordChunk } from '../../src/consumer/record-chunk.ts';
import { allFields } from '../../src/consumer/field-rules.ts';
import { TableWriter } from '../../src/consumer/table-writer.ts';
import { createJsonCatalog } from '../../src/lake/json-catalog.ts';
import { createLocalObjectStore } from '../../src/lake/local-object-store.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../src/parquet/parquet-reader.ts';
import { SlabPool } from '../../src/runtime/slab-pool.ts';
import { blocksOfLines, forEachLine, type Block } from './lines.ts';

/**
 * Ours without Kafka, a process of its own: `glueless-json.js <file> <folder>`. Decodes, infers and settles the schema, plans
 * and encodes batches of 100,000 rows by the service's own classes with the service's defaults.
 */
const [file = '', folder = ''] = process.argv.slice(2);
const batchRows = 100_000;
/** KAFKA_FETCH_BYTES_MAX */
const blockBytes = 1_048_576;

const store = createLocalObjectStore({ root: folder });
const writer = new TableWriter({
  store,
  catalog: createJsonCatalog({ store, database: 'bench' }),
  encoder: createColumnEncoder({ codec: 'zstd', rowGroupRows: batchRows }),
  parquet: hyparquetReader,
  table: 'bench',
  layout: 'none',
  withKafkaColumns: false,
  decode: { fields: allFields, numbers: 'double', depthMax: 8, recordBytesMax: 1_048_576, columnsMax: 1000 },
  evolution: { columnsMax: 500, growth: 'all', hints: new Map() },
});
const placement = { layout: 'none' as const, eventTimeField: 'eventTime', pastDaysMax: 1e5, futureDaysMax: 1e5 };

/** Blocks whose records are written hold the next ones, as the service's slabs do. */
const slabs = new SlabPool(32 * blockBytes);
/** No line of the file is shorter. */
const lineBytesMin = 16;

let slices: ChunkSlice[] = [];
let held = 0;
let from = 0;
for (const block of blocksOfLines(file, blockBytes, (bytes) => slabs.take(bytes))) {
  const chunk = chunkOf(block, from + held);
  for (let first = 0; first < chunk.count;) {
    const end = Math.min(chunk.count, first + batchRows - held);
    slices.push({ chunk, first, end });
    held += end - first;
    first = end;
    if (held === batchRows) await write(first === chunk.count);
  }
}
if (held > 0) await write(true);

/** `isWhole`: the last slice ends with its chunk. */
async function write(isWhole: boolean): Promise<void> {
  const decoded = writer.decode(slices, placement);
  const settled = await writer.settle(decoded);
  const claim = { topic: 'bench', partition: 0, from: String(from), to: String(from + held), placement };
  const shape = { format: 1 as const, table: 'bench', writer: 'bench', claimedAt: '', reason: 'rows' };
  for (const draft of writer.plan(settled, { ...claim, ...shape })) {
    await writeFile(join(folder, `${String(from).padStart(12, '0')}.parquet`), await draft.encode());
  }
  decoded.recycle();
  for (const { chunk } of isWhole ? slices : slices.slice(0, -1)) chunk.recycle?.();
  from += held;
  slices = [];
  held = 0;
}

function chunkOf({ bytes, slab }: Block, first: number): RecordChunk {
  const rowsMax = Math.ceil(bytes.length / lineBytesMin);
  const valueStarts = new Int32Array(rowsMax);
  const valueEnds = new Int32Array(rowsMax);
  let count = 0;
  forEachLine(bytes, (start, end) => {
    valueStarts[count] = start;
    valueEnds[count++] = end;
  });
  const offsetDeltas = new Float64Array(count);
  for (let row = 0; row < count; row++) offsetDeltas[row] = row;
  return {
    topic: 'bench',
    partition: 0,
    from: BigInt(first),
    to: BigInt(first + count),
    count,
    bytes,
    offsetDeltas,
    timestamps: new Float64Array(count).fill(-1),
    valueStarts,
    valueEnds,
    keyOf: () => undefined,
    headersOf: () => undefined,
    recycle: () => slabs.give(slab),
  };
}
