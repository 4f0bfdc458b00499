import { formatType } from '../../../schema/types/hive-ddl.ts';
import { isSameLocation, plainFolder } from '../../ports/catalog-rules.ts';
import type { RegisteredPartition } from '../../ports/lake.ts';
import { unreadColumn } from '../catalog/audit-columns.ts';
import type { Finding, Problem } from '../findings/finding.ts';
import { partitionPath, locationOf, repairs, type ExpectedLocation, type TableNeeds } from '../catalog/table-needs.ts';

const shownTypeLengthMax = 200;

function shortened(type: string): string {
  return type.length > shownTypeLengthMax ? `${type.slice(0, shownTypeLengthMax)}…` : type;
}

/** Follows the catalog's partitions of one table, and compares them with what the ledger's objects need. */
export class HivePartitionAudit {
  readonly #needs: TableNeeds;
  readonly #missing: Set<string>;
  readonly #misplaced = new Set<string>();
  readonly #outdated = new Map<string, string>();
  readonly #moved: string[] = [];
  readonly #byFolder = new Map<string, string>();
  readonly #findings: Finding[] = [];

  constructor(needs: TableNeeds) {
    this.#needs = needs;
    this.#missing = new Set(needs.used);
  }

  add(partition: RegisteredPartition): void {
    const { values, location } = partition;
    const id = values.join('/');
    this.#missing.delete(id);
    const other = this.#byFolder.get(plainFolder(location));
    if (other !== undefined) return this.#reportDoubled(id, other, location);
    this.#byFolder.set(plainFolder(location), id);
    const expected = locationOf(this.#needs, values);
    if (isSameLocation(location, expected.location)) return this.#compareColumns(id, partition);
    if (expected.alternative !== undefined && isSameLocation(location, expected.alternative)) {
      this.#moved.push(partitionPath(this.#needs, values));
      return this.#compareColumns(id, partition);
    }
    this.#reportMisplaced(id, location, expected);
  }

  /** Partitions that need not be registered. */
  excuse(isExcused: (values: readonly string[]) => boolean): void {
    for (const id of this.#missing) if (isExcused(id.split('/'))) this.#missing.delete(id);
  }

  findings(): Finding[] {
    for (const id of this.#missing)
      this.#report(
        'partition-unregistered',
        id,
        'is not in the catalog, so Athena does not see it',
        `${repairs} registers it`,
      );
    for (const [folder, id] of this.#byFolder) {
      const outer = this.#outerOf(folder);
      if (outer !== undefined) this.#reportDoubled(id, outer, folder);
    }
    return this.#findings;
  }

  /** Paths of partitions that are where they are moved to, though nobody has noted yet that they were. */
  get moved(): readonly string[] {
    return this.#moved;
  }

  /** Values of partitions that must be registered, of those that are at another folder, and locations of those with old columns. */
  get repairs() {
    return { missing: [...this.#missing], misplaced: [...this.#misplaced], outdated: this.#outdated };
  }

  #reportMisplaced(id: string, location: string, expected: ExpectedLocation): void {
    const isOurs = this.#needs.used.has(id);
    if (isOurs && expected.isWhole) this.#misplaced.add(id);
    const action = !isOurs
      ? `drop the partition in the catalog, if nobody put it there on purpose`
      : expected.isWhole
        ? `${repairs} registers it at its folder`
        : 'mend the files over there first';
    this.#report('partition-location', id, `lies at ${location} in the catalog, expected ${expected.location}`, action);
  }

  #compareColumns(id: string, { values, location, types, otherKind }: RegisteredPartition): void {
    if (otherKind !== undefined) {
      this.#outdated.set(id, location);
      const what = `is ${otherKind} in the catalog, its objects are Parquet files`;
      this.#report('partition-columns', id, what, `${repairs} gives it the table's`);
      return;
    }
    const nested = this.#needs.nested.get(`${this.#needs.name}/${partitionPath(this.#needs, values)}/`);
    const found = types && nested && unreadColumn(nested, types);
    if (found === undefined) return;
    this.#outdated.set(id, location);
    const { column, key, present } = found;
    const what = `knows ${column.name} as ${shortened(present)}; ${key} has it as ${shortened(formatType(column.type))}: Athena reads the rest as null`;
    this.#report('partition-columns', id, what, `${repairs} --deep gives it the table's columns`);
  }

  /** A partition whose folder holds this one's: its rows are read twice. */
  #outerOf(folder: string): string | undefined {
    for (let end = folder.lastIndexOf('/'); end > 0; end = folder.lastIndexOf('/', end - 1)) {
      const outer = this.#byFolder.get(folder.slice(0, end));
      if (outer !== undefined) return outer;
    }
    return undefined;
  }

  #reportDoubled(id: string, other: string, location: string): void {
    const what =
      id === other
        ? `is registered twice, at ${location}`
        : `and ${other} read the same folder ${location}: rows count twice`;
    this.#report('partition-doubled', id, what, 'drop one of them in the catalog');
  }

  #report(problem: Problem, id: string, what: string, action: string): void {
    this.#findings.push({ problem, where: `${this.#needs.name}/${id}`, what, action });
  }
}
