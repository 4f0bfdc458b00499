import type { TableUpdate } from '../metadata/table-updates.ts';

/** Makes the body of a request to create a table of the updates that would create it; the uuid is the catalog's. */
export function createRequestOf(name: string, updates: readonly TableUpdate[]): Record<string, unknown> {
  const find = <Action extends TableUpdate['action']>(action: Action) =>
    updates.find((update): update is Extract<TableUpdate, { action: Action }> => update.action === action);
  const location = find('set-location')?.location;
  const formatVersion = find('upgrade-format-version')?.['format-version'] ?? 2;
  return {
    name,
    ...(location !== undefined && { location }),
    schema: find('add-schema')?.schema,
    'partition-spec': find('add-spec')?.spec,
    'write-order': find('add-sort-order')?.['sort-order'],
    'stage-create': false,
    properties: { ...find('set-properties')?.updates, 'format-version': String(formatVersion) },
  };
}
