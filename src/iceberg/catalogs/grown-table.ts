import { isDeepStrictEqual } from 'node:util';
import type { LoadedTable, TableChange } from '../iceberg-catalog.ts';
import { hasFieldsOf } from '../metadata/iceberg-schema.ts';
import { nameMappingProperty } from '../metadata/name-mapping.ts';
import { currentSchema, type TableMetadata } from '../metadata/table-metadata.ts';
import type { TableUpdate } from '../metadata/table-updates.ts';

/**
 * Tells whether a change that was planned for `base` may be made to the table as it is now: it is the same, or others have added columns and
 * fields to it, and nothing else. Every snapshot, every position, every other property is what the change was planned for.
 */
export function isStillGood({ updates }: TableChange, base: LoadedTable, now: LoadedTable): boolean {
  if (now.metadataLocation === base.metadataLocation) return true;
  return !updates.some(changesSchema) && hasOnlyGrown(base.metadata, now.metadata);
}

/** The updates for the table as it is now: a snapshot names the schema that is current when it is made. */
export function updatesFor(updates: readonly TableUpdate[], now: TableMetadata): TableUpdate[] {
  return updates.map((update) =>
    update.action === 'add-snapshot'
      ? { ...update, snapshot: { ...update.snapshot, 'schema-id': now['current-schema-id'] } }
      : update,
  );
}

function changesSchema({ action }: TableUpdate): boolean {
  return action === 'add-schema' || action === 'set-current-schema';
}

function hasOnlyGrown(before: TableMetadata, after: TableMetadata): boolean {
  const isSame = isDeepStrictEqual(withoutGrowth(before), withoutGrowth(after));
  // a column of another type would have its bounds written in the old one
  return isSame && hasFieldsOf(currentSchema(after), currentSchema(before));
}

/** All that does not change when a table gets columns. */
function withoutGrowth(metadata: TableMetadata): Partial<TableMetadata> {
  const { [nameMappingProperty]: _, ...properties } = metadata.properties;
  return {
    ...metadata,
    properties,
    schemas: [],
    'current-schema-id': 0,
    'last-column-id': 0,
    'last-updated-ms': 0,
    'metadata-log': [],
    'current-snapshot-id': metadata['current-snapshot-id'],
  };
}
