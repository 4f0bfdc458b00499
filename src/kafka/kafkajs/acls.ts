import type { AclFilter, AclPermissionTypes, Admin } from 'kafkajs';
import type { AclEntry, AclGrant, AclOperation, AclResource } from '../access/acl-plan.ts';

/** Kafka's numbers of operations, by their names. */
const operations: ReadonlyMap<AclOperation, number> = new Map([
  ['All', 2],
  ['Read', 3],
  ['Write', 4],
  ['Create', 5],
  ['Delete', 6],
  ['Alter', 7],
  ['Describe', 8],
  ['ClusterAction', 9],
]);
const names = new Map([...operations].map(([name, number]) => [number, name]));
const resourceTypes = { topic: 2, group: 3, cluster: 4 } as const;
const patterns = { match: 2, literal: 3, prefixed: 4 } as const;
const allowed: AclPermissionTypes = 3;
const any = 1;

/** Entries of every principal that apply to the resources, by name, by prefix or by `*`. */
export async function readAcls(admin: Admin, resources: readonly AclResource[]): Promise<AclEntry[]> {
  const answers = await Promise.all(resources.map((resource) => admin.describeAcls(filterOf(resource))));
  return answers.flatMap((answer, index) => {
    const type = resources[index]?.type ?? 'topic';
    return answer.resources.flatMap(({ resourceName, resourcePatternType, acls }) =>
      acls.map(({ principal, host, operation, permissionType }): AclEntry => ({
        principal,
        host,
        operation: names.get(operation) ?? 'other',
        isAllowed: permissionType === allowed,
        resource: { type, name: resourceName },
        pattern: patternOf(resourcePatternType),
      })),
    );
  });
}

/** Makes the entries, all in one request: none of the principals is locked out for a moment by the others' entries. */
export async function createAcls(admin: Admin, grants: readonly AclGrant[]): Promise<void> {
  if (grants.length === 0) return;
  await admin.createAcls({
    acl: grants.map(({ principal, operation, resource }) => ({
      principal,
      host: '*',
      operation: operations.get(operation) ?? any,
      permissionType: allowed,
      resourceType: resourceTypes[resource.type],
      resourceName: resource.name,
      resourcePatternType: resource.isPrefix === true ? patterns.prefixed : patterns.literal,
    })),
  });
}

function filterOf({ type, name }: AclResource): AclFilter {
  return {
    resourceType: resourceTypes[type],
    resourceName: name,
    resourcePatternType: patterns.match,
    operation: any,
    permissionType: any,
  };
}

function patternOf(type: number): AclEntry['pattern'] {
  if (type === patterns.literal) return 'literal';
  return type === patterns.prefixed ? 'prefixed' : 'other';
}
