import { z } from 'zod';
import { PipelineError } from '../../runtime/errors.ts';

const columnSchema = z.object({ name: z.string(), type: z.string(), comment: z.string().optional() });

/** The description of a table as the catalog keeps it, for tables of every format: Glue's parameters tell which. */
export const tableSchema = z.object({
  name: z.string(),
  columns: z.array(columnSchema),
  partitionKeys: z.array(columnSchema),
  location: z.string(),
  parameters: z.record(z.string(), z.string()),
});

export type CatalogEntry = z.infer<typeof tableSchema>;

export const catalogFolder = '_catalog';

export function tableKey(database: string, table: string): string {
  return `${catalogFolder}/${database}/${table}.json`;
}

/** Throws CATALOG_CORRUPT for bytes that are no such entry. */
export function parseEntry<Schema extends z.ZodType>(key: string, bytes: Uint8Array, schema: Schema): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw new PipelineError('CATALOG_CORRUPT', {
      message: `${key} is no catalog entry`,
      retryable: false,
      details: { key },
      cause: error,
    });
  }
}
