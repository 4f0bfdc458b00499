import type { Node } from 'constructs';
import { z } from 'zod';
import { variablesSchema } from './variables.ts';

const flag = z.union([z.boolean(), z.stringbool()]);
const names = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .pipe(z.array(z.string().min(1)).min(2).max(3));
const stackName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/);
const catalogName = z.string().regex(/^[a-z0-9_]+$/);
const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** Sizes of Fargate tasks: the memory, in MiB, that goes with each number of CPU units. */
const memoriesOfCpu: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: [1024, 2048, 3072, 4096],
  1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
};

/** What says that a service reads more than one topic. */
interface SeveralTopics {
  readonly topics?: string | undefined;
  readonly topicPattern?: string | undefined;
}

const settingsSchema = z
  .object({
    /** Names of the two stacks: another pair for each environment, another service for each topic. */
    platformName: stackName.default('GluelessPlatform'),
    serviceName: stackName.default('GluelessService'),
    /** Names of topic, group, database and table. */
    topic: z.string().default('thermometer'),
    /** Several topics in one service instead of `topic`, separated by commas, or those that match a pattern: give `table` and `group`, too. */
    topics: z.string().optional(),
    topicPattern: z.string().optional(),
    group: z.string().default('glueless'),
    database: catalogName.default('hospital'),
    /** With several topics `{topic}` stands for the name of each. */
    table: z
      .string()
      .regex(/^[a-z0-9_]*(\{topic\})?[a-z0-9_]*$/)
      .default('readings'),
    /** Number of the topic's partitions; more consumers than that would have nothing to do. */
    partitions: wholeNumber(1, 1000).default(4),

    /** An existing VPC, and its private subnets. They need a way to AWS's services. */
    vpcId: z.string().startsWith('vpc-').optional(),
    subnetIds: names.optional(),
    /** Two or three zones for a new VPC; default: the first two of the region. MSK is not in every zone. */
    availabilityZones: names.optional(),
    natGateways: wholeNumber(1, 2).default(1),
    /** Interface endpoints: keep calls to AWS off the NAT gateway, for a price per hour, endpoint and zone. */
    interfaceEndpoints: flag.default(false),

    /** Security group of an existing cluster's brokers, which lets the tasks in. */
    brokerSecurityGroup: z.string().startsWith('sg-').optional(),
    /** ARN of an existing MSK cluster; leave it out for brokers that are not MSK's. */
    clusterArn: z
      .string()
      .regex(/^arn:[^:]+:kafka:[^:]+:[^:]+:cluster\/[^/]+\/.+$/)
      .optional(),
    kafkaPort: wholeNumber(1, 65_535).optional(),
    /** How the tasks log in: by certificate, by user and password (scram; plain where brokers are not MSK's), or by their roles (iam). */
    auth: z.enum(['tls', 'scram', 'iam', 'plain']).default('tls'),
    /** ARN of the secret with user and password; MSK asks for a name that begins with `AmazonMSK_`, and a key of your own. */
    saslSecretArn: z.string().startsWith('arn:').optional(),
    /** Version of a new cluster, without ZooKeeper. */
    kafkaVersion: z
      .string()
      .regex(/^[34]\.\d+\.x\.kraft$/)
      .default('3.9.x.kraft'),
    brokerInstanceType: z.string().startsWith('kafka.').default('kafka.m7g.large'),
    /** Brokers in each zone. */
    brokersPerZone: wholeNumber(1, 10).default(1),
    brokerStorageGiB: wholeNumber(1, 16_384).default(20),
    /**
     * Denies what no ACL allows. Turn it on when the ACLs have been made: brokers without any ACL let every certificate that they trust
     * read and publish everything.
     */
    denyWithoutAcl: flag.default(false),
    /** ARN of an existing Private CA. */
    certificateAuthorityArn: z.string().startsWith('arn:').optional(),
    /** SHORT_LIVED_CERTIFICATE costs an eighth and signs for seven days at most. */
    certificateAuthorityMode: z.enum(['GENERAL_PURPOSE', 'SHORT_LIVED_CERTIFICATE']).default('GENERAL_PURPOSE'),
    /** Template of the clients' certificates; an authority that another account shares may allow EndEntityCertificate/V1 only. */
    certificateTemplate: z
      .enum(['EndEntityClientAuthCertificate/V1', 'EndEntityCertificate/V1'])
      .default('EndEntityClientAuthCertificate/V1'),

    /** An existing bucket, and an existing database of the name that `database` gives. */
    bucketName: z.string().min(3).optional(),
    databaseExists: flag.default(false),
    /** Key for bucket, secrets and logs: that of each service, a new one, or the ARN of an existing one. */
    encryptionKey: z.union([z.enum(['aws', 'create']), z.string().startsWith('arn:')]).default('aws'),

    /** An image in another registry or repository, instead of the platform's: by tag, or better by digest. */
    image: z.string().optional(),
    cpu: z.coerce.number().default(256),
    memoryMiB: z.coerce.number().default(512),
    /** Spot tasks cost a third, and can be stopped with two minutes' notice. */
    capacity: z.enum(['fargate', 'spot']).default('fargate'),
    /** Lets `aws ecs execute-command` into the consumer; its root file system can be written to then. */
    executeCommand: flag.default(false),
    /** ECS's metrics for each task, at a price for each metric; no alarm needs them. */
    containerInsights: flag.default(false),
    /** A stack of its own with a task that serves the monitor in the private subnets, read only. */
    monitor: flag.default(false),
    /** Security group of whatever may reach the monitor: a load balancer's, a VPN's. Left out: nothing reaches it. */
    monitorClients: z.string().startsWith('sg-').optional(),
    /** Variables of the program for all tasks, as JSON: batch age, schema hints and whatever docs/configuration.md lists. */
    variables: variablesSchema.default({}),
  })
  .refine(({ topics, topicPattern }) => topics === undefined || topicPattern === undefined, {
    error: 'topics and topicPattern: give one of them',
    path: ['topicPattern'],
  })
  .refine((settings) => !hasSeveralTopics(settings) || settings.auth !== 'iam', {
    error: 'several topics: the stacks give no rights on them by IAM; docs/security.md has the policy',
    path: ['auth'],
  })
  .refine((settings) => !hasSeveralTopics(settings) || settings.table !== 'readings', {
    error: 'several topics: give table as {topic}, for a table each, or the name of one for all',
    path: ['table'],
  })
  .refine(({ vpcId, subnetIds }) => (vpcId === undefined) === (subnetIds === undefined), {
    error: 'vpcId and subnetIds go together',
    path: ['subnetIds'],
  })
  .refine(({ brokerSecurityGroup, vpcId }) => brokerSecurityGroup === undefined || vpcId !== undefined, {
    error: 'an existing cluster is reached from its own VPC: give vpcId and subnetIds too',
    path: ['vpcId'],
  })
  .refine(({ clusterArn, brokerSecurityGroup }) => clusterArn === undefined || brokerSecurityGroup !== undefined, {
    error: 'an existing cluster needs the security group of its brokers',
    path: ['brokerSecurityGroup'],
  })
  .refine(({ monitor, monitorClients }) => monitor || monitorClients === undefined, {
    error: 'monitorClients says who reaches the monitor: set monitor=true too',
    path: ['monitor'],
  })
  .refine(({ auth, saslSecretArn }) => (auth === 'scram' || auth === 'plain') === (saslSecretArn !== undefined), {
    error: 'auth scram or plain and saslSecretArn go together',
    path: ['saslSecretArn'],
  })
  .refine((settings) => settings.auth !== 'plain' || !isMsk(settings), {
    error: 'MSK knows no SASL/PLAIN: take scram or iam',
    path: ['auth'],
  })
  .refine((settings) => settings.auth !== 'iam' || isMsk(settings), {
    error: 'only MSK lets clients in by IAM: give the ARN of the existing cluster',
    path: ['clusterArn'],
  })
  .refine(({ cpu, memoryMiB }) => memoriesOfCpu[cpu]?.includes(memoryMiB) === true, {
    error: `cpu and memoryMiB are not a size that Fargate has: ${JSON.stringify(memoriesOfCpu)}`,
    path: ['memoryMiB'],
  });

export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);

export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** Reads the settings from CDK's context, `-c name=value` or cdk.json. Throws with every problem at once. */
export function readSettings(node: Node): Settings {
  const entries = settingNames.map((name): [string, unknown] => [name, node.tryGetContext(name)]);
  return settingsSchema.parse(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}

/** Whether the service reads more than the one topic. */
export function hasSeveralTopics({ topics, topicPattern }: SeveralTopics): boolean {
  return topics !== undefined || topicPattern !== undefined;
}

/** Number of zones, and of subnets, that brokers and tasks are in. */
export function zoneCount({ subnetIds, availabilityZones }: Settings): number {
  return (subnetIds ?? availabilityZones ?? ['first', 'second']).length;
}

/** Whether the brokers are MSK's, which sends metrics of them to CloudWatch. */
export function isMsk({
  brokerSecurityGroup,
  clusterArn,
}: {
  readonly brokerSecurityGroup?: string | undefined;
  readonly clusterArn?: string | undefined;
}): boolean {
  return brokerSecurityGroup === undefined || clusterArn !== undefined;
}

/** Ports of MSK's listeners. */
const ports: Readonly<Record<Settings['auth'], number>> = { tls: 9094, scram: 9096, iam: 9098, plain: 9094 };

export function brokerPort({ kafkaPort, auth }: Settings): number {
  return kafkaPort ?? ports[auth];
}

/** Name of the MSK cluster: the existing one's, else that of the platform's stack. */
export function clusterName({ clusterArn, platformName }: Pick<Settings, 'clusterArn' | 'platformName'>): string {
  return clusterArn?.split('/')[1] ?? platformName;
}
