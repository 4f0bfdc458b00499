import { hivePath } from '../../../schema/partitions/layout.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import type { FileColumns } from './audit-columns.ts';

/** What the ledger's objects ask of one table of the catalog. */
export interface TableNeeds {
  readonly name: string;
  /** URI of the table's folder, ends in `/`. */
  readonly location: string;
  readonly partitionKeys: readonly Column[];
  /** Values of the partition keys of all objects, joined by `/`. */
  readonly used: ReadonlySet<string>;
  /** Nested columns of the files that were looked at, by folder (`table/event_date=…/`). */
  readonly nested: ReadonlyMap<string, FileColumns>;
  /** Where a Hive partition is to be, by its path; left out: in the table's folder. */
  readonly locationOf?: (path: string) => ExpectedLocation;
}

/** Where the catalog is to have a Hive partition. */
export interface ExpectedLocation {
  /** URI of the folder, ends in `/`. */
  readonly location: string;
  /** Another folder that has all of its rows, too. */
  readonly alternative?: string;
  /** False when not all of its rows are where it belongs. */
  readonly isWhole: boolean;
}

export const repairs = 'glueless verify --repair';

/** The folder in which readers are to find the partition's rows. */
export function locationOf(
  needs: Pick<TableNeeds, 'location' | 'partitionKeys' | 'locationOf'>,
  values: readonly string[],
): ExpectedLocation {
  const path = partitionPath(needs, values);
  return needs.locationOf?.(path) ?? { location: folderOf(needs, values), isWhole: true };
}

/** The partition's folder in the table's. */
export function folderOf(needs: Pick<TableNeeds, 'location' | 'partitionKeys'>, values: readonly string[]): string {
  return `${needs.location}${partitionPath(needs, values)}/`;
}

export function partitionPath({ partitionKeys }: Pick<TableNeeds, 'partitionKeys'>, values: readonly string[]): string {
  return hivePath(
    partitionKeys.map(({ name }) => name),
    values,
  );
}
