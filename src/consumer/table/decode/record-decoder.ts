import { mergeWith } from '../../../avro/column-types.ts';
import type { SlabPool } from '../../../runtime/slab-pool.ts';
import { partitionKeys } from '../../../schema/partitions/layout.ts';
import { mergeTypes } from '../../../schema/merge/merge-types.ts';
import { rescuedColumn } from '../../../schema/names/column-name.ts';
import { isNested, type Column, type ColumnType } from '../../../schema/types/column-type.ts';
import type { WideningRules } from '../../../schema/merge/wider-type.ts';
import type { DecodeLimits } from '../../ports/decode-limits.ts';
import { readAvroValues } from '../../batch/read-avro-values.ts';
import { unwrapValues, type UnwrappedSlices } from '../../batch/unwrap-values.ts';
import { BatchMemory } from '../../columns/builders/batch-memory.ts';
import { decodeBatch, type DecodedBatch } from '../../columns/decode-batch.ts';
import { columnOfField } from '../../columns/parse/field-rules.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import type { ChunkSlice } from '../../ports/record-chunk.ts';
import { kafkasColumns } from '../catalog/column-owner.ts';
import { inferAndDecode, type Hints } from './infer-and-decode.ts';
import { possibleNames } from './possible-names.ts';
import { ownColumns, rulesOf } from '../recipe-rules.ts';
import { readWhole, splitRecords, type ReadRecords } from './split-records.ts';
import type { ValueSchemas } from './value-schemas.ts';
import { createSlabs } from '../writer-options.ts';

/** Taken until a batch has told. */
const expansionAtFirst = 4;

export interface DecodeRequest {
  readonly recipe: Recipe;
  /** The columns that there are. */
  readonly table: readonly Column[];
  /** Types of columns to come that batches before this one have told. */
  readonly hints?: Hints | undefined;
  /** The batch may end before its slices do, by these; left out: it may not. */
  readonly limits?: DecodeLimits | undefined;
}

/** Bytes of values of Avro before and after they are JSON. */
interface AvroBytes {
  bytesIn: number;
  bytesOut: number;
}

/** Turns records into columns by a recipe: takes off what stands around values, takes values apart, decodes. */
export class RecordDecoder {
  readonly schemas: ValueSchemas;
  readonly #slabs: SlabPool;
  #expansion = expansionAtFirst;

  constructor(schemas: ValueSchemas, slabs: SlabPool = createSlabs()) {
    this.schemas = schemas;
    this.#slabs = slabs;
  }

  /** How many bytes of JSON a byte of Avro stood for in the last batch of it. */
  get expansion(): number {
    return this.#expansion;
  }

  /** The schemas that the recipe lists must have been loaded. */
  async decode(
    slices: readonly ChunkSlice[],
    { recipe, table, hints: before, limits }: DecodeRequest,
  ): Promise<DecodedBatch> {
    const { decode } = rulesOf(recipe);
    const columns = new Map(table.map(({ name, type }) => [name, type]));
    const own = [...partitionKeys(recipe.placement.layout), ...ownColumns(recipe)].map(({ name }) => name);
    const reserved = new Set([...own, ...kafkasColumns(table), rescuedColumn]);
    const records = await this.#readRecords(slices, recipe, limits?.rowsMax);
    const told = new Map([...(before ?? []), ...this.#hintsOf(recipe, reserved)]);
    const typeBy = (column: ColumnType | undefined, hint: ColumnType | undefined) => knownType(column, hint, decode);
    const decodeBy = async (each: readonly ChunkSlice[], hints: Hints): Promise<DecodedBatch> =>
      decodeBatch(each, recipe.placement, {
        ...decode,
        memory: new BatchMemory(this.#slabs),
        reserved,
        heldBytesMax: limits?.heldBytesMax,
        knownType: (name) => typeBy(columns.get(name), hints.get(name)),
        ...(!mayGetColumns(table, recipe) && { mayHaveColumn: possibleNames(table) }),
      });
    const { decoded, hints } =
      recipe.infersTogether === true && mayGetColumns(table, recipe)
        ? await inferAndDecode(records.slices, {
            decodeBy,
            told,
            columns,
            knownType: typeBy,
            depthMax: decode.depthMax,
          })
        : { decoded: await decodeBy(records.slices, told), hints: told };
    // a dead letter holds its record as it came
    const rejects = decoded.rejects.map(({ reason, detail, ...element }) => {
      const { chunk, index, failure } = records.originOf(element.chunk, element.index);
      return { reason, detail, ...failure, chunk, index };
    });
    const earlyEnd = decoded.earlyEnd ?? records.earlyEnd;
    return { ...decoded, table, rejects, slices, ...(earlyEnd && { earlyEnd }), ...(hints.size > 0 && { hints }) };
  }

  /** Gives back memory that is kept for batches to come. */
  releaseMemory(): void {
    this.#slabs.clear();
  }

  async #readRecords(slices: readonly ChunkSlice[], recipe: Recipe, rowsMax: number | undefined): Promise<ReadRecords> {
    const { records, recordBytesMax } = recipe;
    const ofBatch = { bytesIn: 0, bytesOut: 0 };
    const unwrap = async (each: readonly ChunkSlice[]): Promise<UnwrappedSlices> => this.#unwrap(each, recipe, ofBatch);
    if (records === undefined) return readWhole(slices, unwrap);
    return splitRecords(slices, unwrap, { records, recordBytesMax, rowsMax });
  }

  async #unwrap(
    slices: readonly ChunkSlice[],
    { valueFormat: format = 'json', schemas = [], recordBytesMax }: Recipe,
    ofBatch: AvroBytes,
  ): Promise<UnwrappedSlices> {
    if (format !== 'avro') return unwrapValues(slices, { format, recordBytesMax });
    const listed = new Set(schemas);
    const schemaOf = (key: string) => (listed.has(key) ? this.schemas.get(key) : undefined);
    const read = await readAvroValues(slices, { schemaOf, recordBytesMax });
    ofBatch.bytesIn += read.bytesIn;
    ofBatch.bytesOut += read.bytesOut;
    if (ofBatch.bytesIn > 0) this.#expansion = Math.max(1, ofBatch.bytesOut / ofBatch.bytesIn);
    return read;
  }

  /** Types of columns to come, by the configuration or else by the schemas of the records, of which the first one counts. */
  #hintsOf(recipe: Recipe, reserved: ReadonlySet<string>): ReadonlyMap<string, ColumnType> {
    const { decode, evolution } = rulesOf(recipe);
    const found = new Map<string, ColumnType>();
    for (const key of recipe.schemas ?? []) {
      const known = this.schemas.get(key);
      if (known?.format !== 'avro') continue;
      for (const [field, type] of known.schema.fieldTypes) {
        const name = columnOfField(field, decode.fields, reserved);
        if (name !== undefined) found.set(name, mergeWith(found.get(name), type));
      }
    }
    for (const [name, type] of evolution.hints) found.set(name, type);
    return found;
  }
}

/** Tells whether the table may get columns of new names; of one that is not there, or not known yet, nobody can say that it may not. */
function mayGetColumns(table: readonly Column[], { growth, columnsMax }: Recipe): boolean {
  return table.length === 0 || (growth !== 'none' && table.length < columnsMax);
}

/** The type of the table's column counts; its structs know the fields to come. */
function knownType(
  column: ColumnType | undefined,
  hint: ColumnType | undefined,
  rules: WideningRules,
): ColumnType | undefined {
  if (column === undefined || hint === undefined) return column ?? hint;
  return isNested(column) && isNested(hint) ? (mergeTypes(column, hint, rules) ?? column) : column;
}
