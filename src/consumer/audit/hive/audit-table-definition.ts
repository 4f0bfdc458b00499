import { layoutOf } from '../../../schema/partitions/layout.ts';
import { hasProjection, projectionProblem } from '../../../schema/partitions/projection.ts';
import { widenedProjection } from '../../../schema/partitions/widen-projection.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import { isSameLocation } from '../../ports/catalog-rules.ts';
import type { CatalogTable } from '../../ports/lake.ts';
import { folderOf, locationOf, repairs, type TableNeeds } from '../catalog/table-needs.ts';
import type { Finding } from '../findings/finding.ts';

/** What is wrong with the table as a whole. */
type TableFinding = Omit<Finding, 'where'>;

type Check = (needs: TableNeeds, table: CatalogTable) => TableFinding[];

/** Checks the table itself: there, of its kind, at its place, with its keys, and with a projection that finds all of its partitions. */
export function auditTableDefinition(needs: TableNeeds, table: CatalogTable | undefined): Finding[] {
  const checks: Check[] = [
    checkKind,
    checkLocation,
    checkKeys,
    checkProjection,
    checkTemplate,
    checkMerged,
    checkReach,
  ];
  const findings = table === undefined ? [missing] : checks.flatMap((check) => check(needs, table));
  return findings.map((finding) => ({ ...finding, where: needs.name }));
}

const missing: TableFinding = {
  problem: 'table-missing',
  what: 'is not in the catalog',
  action: `${repairs} makes it again from what its files hold`,
};

const checkKind: Check = (_, { otherKind }) =>
  otherKind === undefined
    ? []
    : [
        {
          problem: 'table-kind',
          what: `is ${otherKind} in the catalog, its objects are Parquet files`,
          action: `drop what is there in the catalog, not the objects; ${repairs} makes the table again`,
        },
      ];

const checkLocation: Check = (needs, { location }) =>
  isSameLocation(location, needs.location)
    ? []
    : [
        {
          problem: 'table-location',
          what: `lies at ${location} in the catalog, its objects at ${needs.location}`,
          action: 'set the location back in the catalog',
        },
      ];

const checkKeys: Check = (needs, { partitionKeys }) => {
  const [found, expected] = [partitionKeys, needs.partitionKeys].map(namesOf);
  return found === expected
    ? []
    : [
        {
          problem: 'table-keys',
          what: `is partitioned by (${found}) in the catalog, its objects by (${expected})`,
          action: `drop the table in the catalog, not its objects; ${repairs} makes it again`,
        },
      ];
};

const checkProjection: Check = ({ partitionKeys }, { parameters }) => {
  const layout = layoutOf(partitionKeys);
  const problem = layout && projectionProblem(layout, parameters);
  return problem === undefined
    ? []
    : [
        {
          problem: 'partition-unprojected',
          what: `computes partitions that are no folders of this lake: ${problem.found}`,
          action: `set the table's parameter to ${problem.expected}`,
        },
      ];
};

const checkTemplate: Check = ({ location, partitionKeys }, { parameters }) => {
  const template = parameters['storage.location.template'];
  const expected = `${location}${partitionKeys.map(({ name }) => `${name}=\${${name}}`).join('/')}/`;
  return !hasProjection(parameters) || template === undefined || isSameLocation(template, expected)
    ? []
    : [
        {
          problem: 'partition-location',
          what: `computes its partitions at ${template}, its objects lie at ${expected}`,
          action: 'set storage.location.template back',
        },
      ];
};

/** A projection can't say that a merged partition lies in another folder. */
const checkMerged: Check = (needs, { parameters }) => {
  const elsewhere = partitionsOf(needs).filter(
    (values) => locationOf(needs, values).location !== folderOf(needs, values),
  );
  return !hasProjection(parameters) || elsewhere.length === 0
    ? []
    : [
        {
          problem: 'partition-location',
          what: `computes its partitions in ${needs.location}, and ${elsewhere.length} of them were merged and lie elsewhere, like ${elsewhere[0]?.join('/')}: queries miss their rows`,
          action: `turn partition projection off in the catalog (projection.enabled); ${repairs} registers them then`,
        },
      ];
};

const checkReach: Check = (needs, { parameters }) => {
  const widened = widenedProjection(needs.partitionKeys, parameters, partitionsOf(needs)) ?? {};
  return Object.entries(widened).map(([name, value]) => ({
    problem: 'partition-unprojected',
    what: `computes partitions by ${name} ${parameters[name]}: Athena never looks at some of its objects`,
    action: `set the table's parameter ${name} to ${value}`,
  }));
};

function partitionsOf({ used }: TableNeeds): string[][] {
  return [...used].map((id) => id.split('/'));
}

function namesOf(columns: readonly Column[]): string {
  return columns.map(({ name }) => name).join(', ');
}
