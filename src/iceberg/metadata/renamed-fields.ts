import type { IcebergField } from './iceberg-schema.ts';
import { currentSchema, type TableMetadata } from './table-metadata.ts';

/**
 * Gives the table's columns under the names that they had before: files keep them, and readers find the values by their ids. A name that
 * another column has now is that one's.
 */
export function renamedFields(metadata: TableMetadata): IcebergField[] {
  const { fields } = currentSchema(metadata);
  const byId = new Map(fields.map((field) => [field.id, field]));
  const renamed = new Map<string, IcebergField>();
  for (const { id, name } of metadata.schemas.flatMap((schema) => schema.fields)) {
    const field = byId.get(id);
    if (field !== undefined && field.name !== name) renamed.set(name, { ...field, name });
  }
  for (const { name } of fields) renamed.delete(name);
  return [...renamed.values()];
}
