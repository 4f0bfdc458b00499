import type { FieldIds } from '../../consumer/ports/columnar-table.ts';
import type { Column } from '../../schema/types/column-type.ts';
import { fieldIdsSql, hasFractions } from './rewrite-sql.ts';

export interface CopyForm {
  readonly codec: string;
  /** Encodings that only some readers know, for smaller files. */
  readonly isSmallest: boolean;
  readonly rowGroupRows: number;
}

export interface CopiedColumns {
  /** All of the table's: one file has one version. */
  readonly table: readonly Column[];
  readonly fieldIds: FieldIds | undefined;
  readonly groupRows: number;
  /** DuckDB's dictionaries take 0.0 and -0.0 for one value. */
  readonly hasNegativeZero: boolean;
}

/** Says in DuckDB's words how a file is written. */
export function copyOptions(
  { table, fieldIds, groupRows, hasNegativeZero }: CopiedColumns,
  { codec, isSmallest }: Pick<CopyForm, 'codec' | 'isSmallest'>,
): string {
  // its second version writes fractions by BYTE_STREAM_SPLIT, which Spark refuses
  const version = isSmallest || !table.some(({ type }) => hasFractions(type)) ? 'v2' : 'v1';
  return [
    'FORMAT parquet',
    `CODEC ${codec}`,
    `PARQUET_VERSION ${version}`,
    `ROW_GROUP_SIZE ${groupRows}`,
    ...(fieldIds === undefined ? [] : [`FIELD_IDS ${fieldIdsSql(fieldIds)}`]),
    ...(hasNegativeZero ? ['DICTIONARY_SIZE_LIMIT 0'] : []),
  ].join(', ');
}
