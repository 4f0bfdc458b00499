import { unreachable } from '../../runtime/errors.ts';
import { mainBranch, type TableMetadata } from './table-metadata.ts';

/**
 * What must be true of a table for a change to be made to it.
 * Source: https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml, TableRequirement
 */
export type TableRequirement =
  | { readonly type: 'assert-create' }
  | { readonly type: 'assert-table-uuid'; readonly uuid: string }
  /** `null`: there is no such ref. */
  | { readonly type: 'assert-ref-snapshot-id'; readonly ref: string; readonly 'snapshot-id': bigint | null }
  | { readonly type: 'assert-last-assigned-field-id'; readonly 'last-assigned-field-id': number }
  | { readonly type: 'assert-current-schema-id'; readonly 'current-schema-id': number }
  | { readonly type: 'assert-last-assigned-partition-id'; readonly 'last-assigned-partition-id': number }
  | { readonly type: 'assert-default-spec-id'; readonly 'default-spec-id': number }
  | { readonly type: 'assert-default-sort-order-id'; readonly 'default-sort-order-id': number };

/** Requires that it is still the same table, with the same current snapshot. */
export function sameSnapshot({ 'table-uuid': uuid, refs }: TableMetadata): TableRequirement[] {
  return [
    { type: 'assert-table-uuid', uuid },
    { type: 'assert-ref-snapshot-id', ref: mainBranch, 'snapshot-id': refs[mainBranch]?.['snapshot-id'] ?? null },
  ];
}

/** Gives the first requirement that does not hold; `metadata` is `undefined` where there is no table. */
export function unmetRequirement(
  metadata: TableMetadata | undefined,
  requirements: readonly TableRequirement[],
): TableRequirement | undefined {
  return requirements.find((requirement) => !holds(metadata, requirement));
}

function holds(metadata: TableMetadata | undefined, requirement: TableRequirement): boolean {
  if (requirement.type === 'assert-create') return metadata === undefined;
  if (metadata === undefined) return false;
  switch (requirement.type) {
    case 'assert-table-uuid':
      return metadata['table-uuid'].toLowerCase() === requirement.uuid.toLowerCase();
    case 'assert-ref-snapshot-id':
      return (metadata.refs[requirement.ref]?.['snapshot-id'] ?? null) === requirement['snapshot-id'];
    case 'assert-last-assigned-field-id':
      return metadata['last-column-id'] === requirement['last-assigned-field-id'];
    case 'assert-current-schema-id':
      return metadata['current-schema-id'] === requirement['current-schema-id'];
    case 'assert-last-assigned-partition-id':
      return metadata['last-partition-id'] === requirement['last-assigned-partition-id'];
    case 'assert-default-spec-id':
      return metadata['default-spec-id'] === requirement['default-spec-id'];
    case 'assert-default-sort-order-id':
      return metadata['default-sort-order-id'] === requirement['default-sort-order-id'];
    default:
      return unreachable(requirement);
  }
}
