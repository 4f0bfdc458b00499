import type { ColumnarTable } from '../consumer/ports/columnar-table.ts';
import type { ParquetEncoder } from '../consumer/ports/parquet.ts';
import { useKernel, type Kernel } from '../kernel/kernel.ts';
import { messageOf, PipelineError } from '../runtime/errors.ts';
import { Turns } from '../runtime/turns.ts';
import { writeColumnChunk, type ChunkFacts } from './file/column-chunk.ts';
import { FileWriter } from './file/file-writer.ts';
import { leavesOf } from './leaves/leaves.ts';
import { footerOf, type RowGroupFacts } from './file/footer.ts';
import { withDefaults, type EncoderOptions } from './encoder-options.ts';
import { inUnit } from './timestamp-unit.ts';
import { magic, tailOf } from './file/file-frame.ts';
import { schemaOf } from './parquet-schema.ts';

/**
 * Writes tables from their columns and ready dictionaries, without an object per value of a flat column.
 * Source: https://parquet.apache.org/docs/file-format/
 */
export function createColumnEncoder(given: EncoderOptions): ParquetEncoder {
  const options = withDefaults(given);
  return {
    encode: async (table) => {
      try {
        return await useKernel((kernel) => encodeTable(table, options, kernel));
      } catch (error) {
        throw new PipelineError('ENCODE_FAILED', {
          message: `could not encode ${table.rowCount} rows: ${messageOf(error)}`,
          retryable: false,
          details: { columns: table.columns.map(({ name, type }) => `${name} ${type.kind}`) },
          cause: error,
        });
      }
    },
  };
}

/** Encodes column by column; lets the event loop turn in between. */
async function encodeTable(
  { columns, rowCount, fieldIds }: ColumnarTable,
  options: Required<EncoderOptions>,
  kernel: Kernel,
): Promise<Uint8Array> {
  const { codec, rowGroupRows, profile, timestamps } = options;
  const tools = { codec, profile, kernel, turns: new Turns() };
  const file = new FileWriter();
  const rowGroups: RowGroupFacts[] = [];
  file.append(magic);
  for (let first = 0; first < rowCount; first += rowGroupRows) {
    const end = Math.min(rowCount, first + rowGroupRows);
    const chunks: ChunkFacts[] = [];
    for (const column of columns) {
      const leaves = await leavesOf(column, { first, end }, tools);
      for (const leaf of leaves) chunks.push(await writeColumnChunk(file, inUnit(leaf, timestamps, kernel), tools));
    }
    rowGroups.push({ rows: end - first, chunks });
  }
  const footer = footerOf(schemaOf(columns, timestamps, fieldIds), rowGroups, options);
  for (const piece of [footer, tailOf(footer)]) file.append(piece);
  return file.finish();
}
