import { formatType } from '../../schema/hive-ddl.ts';
import { hivePath, layoutOf } from '../../schema/layout.ts';
import { hasProjection, projectionProblem } from '../../schema/projection.ts';
import { widenedProjection } from '../../schema/widen-projection.ts';
import type { Column } from '../../schema/types.ts';
import { isSamePlace, plainFolder } from '../ports/catalog-rules.ts';
import type { CatalogTable, RegisteredPartition } from '../ports/lake.ts';
import { unreadColumn, type FileColumns } from './audit-columns.ts';
import type { Finding, Problem } from './finding.ts';

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
  readonly placeOf?: (path: string) => ExpectedPlace;
}

/** Where the catalog is to have a Hive partition. */
export interface ExpectedPlace {
  /** URI of the folder, ends in `/`. */
  readonly belongs: string;
  /** Another folder that has all of its rows, too. */
  readonly alsoRight?: string;
  /** False when not all of its rows are where it belongs. */
  readonly isWhole: boolean;
}

const repairs = 'glueless verify --repair';

/** Checks the table itself: there, at its place, with its keys. */
export function auditTable(needs: TableNeeds, table: CatalogTable | undefined): Finding[] {
  const of = (problem: Problem, what: string, action: string): Finding => ({
    problem,
    where: needs.name,
    what,
    action,
  });
  if (table === undefined)
    return [of('table-missing', 'is not in the catalog', `${repairs} makes it again from what its files hold`)];
  const findings: Finding[] = [];
  if (table.otherKind !== undefined)
    findings.push(
      of(
        'table-kind',
        `is ${table.otherKind} in the catalog, its objects are Parquet files`,
        `drop what is there in the catalog, not the objects; ${repairs} makes the table again`,
      ),
    );
  if (!isSamePlace(table.location, needs.location))
    findings.push(
      of(
        'table-location',
        `lies at ${table.location} in the catalog, its objects at ${needs.location}`,
        'set the location back in the catalog',
      ),
    );
  if (keysOf(table.partitionKeys) !== keysOf(needs.partitionKeys)) {
    const what = `is partitioned by (${keysOf(table.partitionKeys)}) in the catalog, its objects by (${keysOf(needs.partitionKeys)})`;
    findings.push(of('table-keys', what, `drop the table in the catalog, not its objects; ${repairs} makes it again`));
  }
  const layout = layoutOf(needs.partitionKeys);
  const projected = layout && projectionProblem(layout, table.parameters);
  if (projected !== undefined) {
    const what = `computes partitions that are no folders of this lake: ${projected.found}`;
    findings.push(of('partition-unprojected', what, `set the table's parameter to ${projected.expected}`));
  }
  const template = table.parameters['storage.location.template'];
  const expected = `${needs.location}${needs.partitionKeys.map(({ name }) => `${name}=\${${name}}`).join('/')}/`;
  if (hasProjection(table.parameters) && template !== undefined && !isSamePlace(template, expected))
    findings.push(
      of(
        'partition-location',
        `computes its partitions at ${template}, its objects lie at ${expected}`,
        'set storage.location.template back',
      ),
    );
  const partitions = [...needs.used].map((id) => id.split('/'));
  const elsewhere = partitions.filter((values) => placeOf(needs, values).belongs !== folderOf(needs, values));
  if (hasProjection(table.parameters) && elsewhere.length > 0)
    findings.push(
      of(
        'partition-location',
        `computes its partitions in ${needs.location}, and ${elsewhere.length} of them were merged and lie elsewhere, like ${elsewhere[0]?.join('/')}: queries miss their rows`,
        `turn partition projection off in the catalog (projection.enabled); ${repairs} registers them then`,
      ),
    );
  for (const [name, value] of Object.entries(
    widenedProjection(needs.partitionKeys, table.parameters, partitions) ?? {},
  ))
    findings.push(
      of(
        'partition-unprojected',
        `computes partitions by ${name} ${table.parameters[name]}: Athena never looks at some of its objects`,
        `set the table's parameter ${name} to ${value}`,
      ),
    );
  return findings;
}

const shownTypeLengthMax = 200;

function shortened(type: string): string {
  return type.length > shownTypeLengthMax ? `${type.slice(0, shownTypeLengthMax)}…` : type;
}

/** Follows the catalog's partitions of one table, and compares them with what the ledger's objects need. */
export class PartitionAudit {
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
    const place = placeOf(this.#needs, values);
    const expected = place.belongs;
    if (isSamePlace(location, expected)) return this.#compareColumns(id, partition);
    if (place.alsoRight !== undefined && isSamePlace(location, place.alsoRight)) {
      this.#moved.push(partitionPath(this.#needs, values));
      return this.#compareColumns(id, partition);
    }
    this.#reportMisplaced(id, { location, expected, place });
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

  #reportMisplaced(
    id: string,
    {
      location,
      expected,
      place,
    }: { readonly location: string; readonly expected: string; readonly place: ExpectedPlace },
  ): void {
    const isOurs = this.#needs.used.has(id);
    if (isOurs && place.isWhole) this.#misplaced.add(id);
    const action = !isOurs
      ? `drop the partition in the catalog, if nobody put it there on purpose`
      : place.isWhole
        ? `${repairs} registers it at its folder`
        : 'mend the files over there first';
    this.#report('partition-location', id, `lies at ${location} in the catalog, expected ${expected}`, action);
  }

  #compareColumns(id: string, { values, location, types }: RegisteredPartition): void {
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

/** The folder in which readers are to find the partition's rows. */
export function placeOf(
  needs: Pick<TableNeeds, 'location' | 'partitionKeys' | 'placeOf'>,
  values: readonly string[],
): ExpectedPlace {
  const path = partitionPath(needs, values);
  return needs.placeOf?.(path) ?? { belongs: folderOf(needs, values), isWhole: true };
}

/** The partition's folder in the table's. */
function folderOf(needs: Pick<TableNeeds, 'location' | 'partitionKeys'>, values: readonly string[]): string {
  return `${needs.location}${partitionPath(needs, values)}/`;
}

function partitionPath({ partitionKeys }: Pick<TableNeeds, 'partitionKeys'>, values: readonly string[]): string {
  return hivePath(
    partitionKeys.map(({ name }) => name),
    values,
  );
}

function keysOf(columns: readonly Column[]): string {
  return columns.map(({ name }) => name).join(', ');
}
