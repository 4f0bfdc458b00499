/** One access control entry that allows, from every host. */
export interface AclGrant {
  /** Somebody, as Kafka names them: `User:CN=glueless`. */
  readonly principal: string;
  readonly operation: AclOperation;
  readonly resource: AclResource;
}

export type AclOperation =
  'All' | 'Read' | 'Write' | 'Create' | 'Delete' | 'Alter' | 'Describe' | 'ClusterAction' | 'other';

export interface AclResource {
  readonly type: 'topic' | 'group' | 'cluster';
  readonly name: string;
  /** The name stands for every name that begins with it. */
  readonly isPrefix?: boolean;
}

/** An entry that a broker holds. */
export interface AclEntry extends AclGrant {
  readonly isAllowed: boolean;
  readonly host: string;
  /** `literal` for one name; a prefix stands for every name that begins with it. */
  readonly pattern: 'literal' | 'prefixed' | 'other';
}

/** Topics by name, or by how their names begin. */
export type AclTopic = Omit<AclResource, 'type'>;

/** Who does what on the topics. Each list holds principals. */
export interface AclRoles {
  readonly topics: readonly AclTopic[];
  readonly groupId: string;
  readonly consumers: readonly string[];
  readonly producers: readonly string[];
  /** Who may change access later on. */
  readonly admins: readonly string[];
  /** The brokers themselves, where they are no super users. */
  readonly brokers: readonly string[];
}

/** The name that Kafka gives its one resource of this type. */
const cluster: AclResource = { type: 'cluster', name: 'kafka-cluster' };

/**
 * What the roles need, and nothing beyond. An entry on the cluster closes it to all others, brokers among them, so that there is
 * none without an administrator.
 */
export function grantsOf({ topics, groupId, consumers, producers, admins, brokers }: AclRoles): AclGrant[] {
  const onTopics = topics.map((topic): AclResource => ({ type: 'topic', ...topic }));
  const onGroup: AclResource = { type: 'group', name: groupId };
  const allowTopics = (principal: string, ...operations: readonly AclOperation[]): AclGrant[] =>
    onTopics.flatMap((onTopic) => allow(principal, onTopic, ...operations));
  return [
    ...consumers.flatMap((principal) => [
      ...allowTopics(principal, 'Read', 'Describe'),
      ...allow(principal, onGroup, 'Read'),
    ]),
    ...producers.flatMap((principal) => allowTopics(principal, 'Create', 'Write', 'Describe')),
    ...admins.flatMap((principal) => [cluster, ...onTopics, onGroup].flatMap((each) => allow(principal, each, 'All'))),
    ...brokers.flatMap((principal) => [
      ...allowTopics(principal, 'Read'),
      ...(admins.length === 0 ? [] : allow(principal, cluster, 'ClusterAction')),
    ]),
  ];
}

export interface AclPlan {
  readonly missing: readonly AclGrant[];
  readonly present: readonly AclGrant[];
  /** Entries on the same topic and group, or on patterns that match them, which are none of ours. */
  readonly others: readonly AclEntry[];
}

/** Compares what is wanted with what the broker holds of these resources. */
export function planAcls(wanted: readonly AclGrant[], held: readonly AclEntry[]): AclPlan {
  const isHeld = (grant: AclGrant): boolean => held.some((entry) => isSame(entry, grant));
  return {
    missing: wanted.filter((grant) => !isHeld(grant)),
    present: wanted.filter(isHeld),
    others: held.filter((entry) => !wanted.some((grant) => isSame(entry, grant))),
  };
}

export function describeGrant({ principal, operation, resource: { type, name, isPrefix = false } }: AclGrant): string {
  const range = isPrefix ? ' (and what begins so)' : '';
  return `${principal} ${operation} ${type === 'cluster' ? 'cluster' : `${type} ${name}${range}`}`;
}

function allow(principal: string, resource: AclResource, ...operations: readonly AclOperation[]): AclGrant[] {
  return operations.map((operation) => ({ principal, operation, resource }));
}

function isSame(entry: AclEntry, { principal, operation, resource }: AclGrant): boolean {
  return (
    entry.isAllowed &&
    entry.pattern === (resource.isPrefix === true ? 'prefixed' : 'literal') &&
    entry.host === '*' &&
    entry.principal === principal &&
    entry.operation === operation &&
    entry.resource.type === resource.type &&
    entry.resource.name === resource.name
  );
}
