import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChunkSlice, RecordChunk } from '../../src/consumer/ports/record-chunk.ts';
import type { Recipe } from '../../src/consumer/ledger/entry/recipe.ts';
import { defaultRecipe } from '../support/recipe.ts';
import { TableWriter } from '../../src/consumer/table/table-writer.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { createMemoryCatalog } from './memory-catalog.ts';
import { lineBlocks, type LineBlock } from './line-blocks.ts';

/**
 * Converts by our classes without Kafka, in a process of its own: `glueless-json.js <file> <folder> [<parts of the recipe as JSON>]`. Decodes, infers and grows the schema, plans
 * and encodes batches by the service's own classes with the service's defaults.
 */
const [file = '', folder = '', parts = '{}'] = process.argv.slice(2);
/** The defaults of BATCH_ROWS_MAX and BATCH_BYTES_MAX. */
const batchRows = 100_000;
const batchBytes = 33_554_432;
/** The default of KAFKA_FETCH_BYTES_MAX. */
const blockBytes = 1_048_576;

const writer = new TableWriter({
  // files are written here, and none is read back
  store: createMemoryObjectStore(),
  parquet: {
    rowCount: never,
    columns: never,
    statistics: never,
    footer: never,
    integerChunks: never,
    optionalIntegerChunks: never,
    rows: never,
  },
  catalog: createMemoryCatalog(),
  encoder: createColumnEncoder({ codec: 'zstd', rowGroupRows: batchRows }),
  table: 'bench',
  topic: 'bench',
});
const recipe: Recipe = {
  ...defaultRecipe,
  placement: { layout: 'none', eventTimeField: 'eventTime', pastDaysMax: 1e5, futureDaysMax: 1e5 },
  kafkaColumns: false,
  ...JSON.parse(parts),
};

/** Fields that all chunks have in common. */
let offsetDeltas = new Float64Array(0);
let timestamps = new Float64Array(0);

let slices: ChunkSlice[] = [];
let held = 0;
let heldBytes = 0;
let from = 0;
for (const block of lineBlocks(file, blockBytes)) {
  const chunk = chunkOf(block, from + held);
  for (let first = 0; first < chunk.count;) {
    const end = Math.min(chunk.count, first + batchRows - held);
    slices.push({ chunk, first, end });
    held += end - first;
    first = end;
    if (held === batchRows) await write(first === chunk.count);
  }
  heldBytes += block.bytes.length;
  if (heldBytes >= batchBytes) await write(true);
}
if (held > 0) await write(true);

/** The slices of a batch; `isWhole`: the last one ends with its chunk. */
async function write(isWhole: boolean): Promise<void> {
  using decoded = await writer.decode(slices, recipe);
  const routed = await writer.grow(decoded, recipe);
  if (routed === 'misfit') throw new Error('the table is new');
  const { groups } = writer.group(decoded, recipe);
  const range = {
    table: 'bench',
    topic: 'bench',
    partition: 0,
    from: BigInt(from),
    to: BigInt(from + held),
    generation: 1,
  };
  for (const draft of writer.drafts(groups, routed, range)) {
    writeFileSync(join(folder, `${String(from).padStart(12, '0')}.parquet`), await draft.encode());
  }
  for (const { chunk } of isWhole ? slices : slices.slice(0, -1)) chunk[Symbol.dispose]();
  from += held;
  slices = [];
  held = 0;
  heldBytes = 0;
}

function chunkOf({ bytes, starts, ends, [Symbol.dispose]: dispose }: LineBlock, first: number): RecordChunk {
  const count = starts.length;
  if (count > offsetDeltas.length) {
    offsetDeltas = Float64Array.from({ length: count * 2 }, (_, row) => row);
    timestamps = new Float64Array(count * 2).fill(-1);
  }
  return {
    topic: 'bench',
    partition: 0,
    from: BigInt(first),
    to: BigInt(first + count),
    count,
    bytes,
    offsetDeltas: offsetDeltas.subarray(0, count),
    timestamps: timestamps.subarray(0, count),
    valueStarts: starts,
    valueEnds: ends,
    keyOf: () => undefined,
    headersOf: () => undefined,
    headerOf: () => undefined,
    [Symbol.dispose]: dispose,
  };
}

function never(): never {
  throw new Error('nothing is read back');
}
