import { decodeBatch, type DecodedBatch } from '../../src/consumer/columns/decode-batch.ts';
import type { Recipe } from '../../src/consumer/ledger/entry/recipe.ts';
import type { ParquetEncoder } from '../../src/consumer/ports/parquet.ts';
import { ownColumns, rulesOf } from '../../src/consumer/table/recipe-rules.ts';
import { createJsonCatalog } from '../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { partitionKeys } from '../../src/schema/partitions/layout.ts';
import { rescuedColumn } from '../../src/schema/names/column-name.ts';
import { differenceOf } from './batch-differences.ts';
import { createTestTools, testTable } from './lake.ts';
import type { RandomBatch } from './random-batch.ts';

/** A batch that was read by the scanner and by `JSON.parse`. */
export interface BothWays extends Disposable {
  readonly scanned: DecodedBatch;
  readonly parsed: DecodedBatch;
}

export async function readBothWays({ slices, recipe }: RandomBatch): Promise<BothWays> {
  const own = [...partitionKeys(recipe.placement.layout), ...ownColumns(recipe)].map(({ name }) => name);
  const { decode, evolution } = rulesOf(recipe);
  const { hints } = evolution;
  const rules = {
    ...decode,
    reserved: new Set([...own, rescuedColumn]),
    knownType: (name: string) => hints.get(name),
  };
  const scanned = await decodeBatch(slices, recipe.placement, rules);
  const parsed = await decodeBatch(slices, recipe.placement, { ...rules, scans: false });
  const dispose = (): void => [scanned, parsed].forEach((batch) => batch[Symbol.dispose]());
  return { scanned, parsed, [Symbol.dispose]: dispose };
}

const encoder = createColumnEncoder({ codec: 'uncompressed', rowGroupRows: 3000 });

/** Says where the ways differ: in a column, or in a byte of the Parquet files. */
export async function differenceBetween(
  { scanned, parsed }: BothWays,
  batch: RandomBatch,
): Promise<string | undefined> {
  const difference = differenceOf(parsed, scanned);
  if (difference !== undefined) return difference;
  // what a file says of other columns are the values that were compared
  if (!scanned.columns.some(({ store }) => store.kind === 'nested')) return undefined;
  const [files, others] = [await filesOf(scanned, batch, encoder), await filesOf(parsed, batch, encoder)];
  const at = files.findIndex((file, index) => Buffer.compare(file, others[index] ?? Buffer.alloc(0)) !== 0);
  return at < 0 && files.length === others.length ? undefined : `the bytes of object ${at}`;
}

/** Reads a batch both ways, and says where they differ. */
export async function differenceIn(batch: RandomBatch): Promise<string | undefined> {
  using both = await readBothWays(batch);
  return await differenceBetween(both, batch);
}

/** Encodes the rows of a batch, as the first ones of a table: an object for each Hive partition. */
export async function filesOf(
  decoded: DecodedBatch,
  { recipe, records }: { readonly recipe: Recipe; readonly records: number },
  by: ParquetEncoder,
): Promise<Uint8Array[]> {
  const store = createMemoryObjectStore();
  const catalog = createJsonCatalog({ store, database: 'test' });
  const { writer } = createTestTools({ store, catalog, writer: { encoder: by } });
  const { hints } = rulesOf(recipe).evolution;
  const routed = await writer.grow({ ...decoded, hints }, recipe);
  if (routed === 'misfit') throw new Error('the table is new');
  const { groups } = writer.group(decoded, recipe);
  const range = { table: testTable, topic: 'readings', partition: 0, from: 0n, to: BigInt(records), generation: 1 };
  const files: Uint8Array[] = [];
  for (const draft of writer.drafts({ ...groups, rejects: [] }, routed, range)) files.push(await draft.encode());
  return files;
}
