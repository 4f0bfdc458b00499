import { largestOf } from '../../runtime/extremes.ts';
import { currentSchema, type TableMetadata } from './table-metadata.ts';
import { namesById } from './iceberg-schema.ts';

/**
 * Takes schemas out of the metadata that nobody needs: neither a snapshot, for time travel, nor whoever looks for a name that a field had once.
 * A table that grows with every batch would keep one of each, and every commit writes them all. The current schema stays, and the one with the
 * highest id: an id that is given once is never another schema's.
 */
export function withoutUnusedSchemas(metadata: TableMetadata): TableMetadata {
  const { schemas, snapshots } = metadata;
  const named = new Set(snapshots.map((snapshot) => snapshot['schema-id']));
  named.add(metadata['current-schema-id']).add(largestOf(schemas.map((schema) => schema['schema-id'])));
  if (schemas.every((schema) => named.has(schema['schema-id']))) return metadata;
  const known = new Set(namesById(currentSchema(metadata)));
  const stays = new Set(schemas.filter((schema) => named.has(schema['schema-id'])));
  for (const schema of schemas.toReversed()) {
    if (stays.has(schema)) continue;
    const names = namesById(schema);
    if (names.every((name) => known.has(name))) continue;
    stays.add(schema);
    for (const name of names) known.add(name);
  }
  return { ...metadata, schemas: schemas.filter((schema) => stays.has(schema)) };
}
