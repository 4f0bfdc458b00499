import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Platform } from './platform.ts';
import { clusterName, type Settings } from './settings.ts';

/** Who logs in at the brokers. */
export type Client = 'consumer' | 'producer';

/** How a task logs in at the brokers: variables for the program, and rights for its role. */
export interface Login {
  readonly environment: Readonly<Record<string, string>>;
  readonly permissions: readonly PolicyStatement[];
}

export function loginOf(stack: Stack, { certificates }: Platform, settings: Settings, client: Client): Login {
  const { auth, saslSecretArn } = settings;
  if (auth === 'iam')
    return { environment: { KAFKA_AUTH: auth }, permissions: clusterPermissions(stack, settings, client) };
  if (auth !== 'tls' && saslSecretArn !== undefined)
    return {
      environment: { KAFKA_AUTH: auth, KAFKA_SASL_SECRET_ID: saslSecretArn },
      permissions: [secretPermission(saslSecretArn)],
    };
  if (certificates === undefined) throw new RangeError('the settings have neither certificates nor another login');
  const secret = client === 'consumer' ? certificates.consumerSecret : certificates.producerSecret;
  return { environment: { KAFKA_TLS_SECRET_ID: secret }, permissions: [secretPermission(secret)] };
}

function secretPermission(secretArn: string): PolicyStatement {
  return new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] });
}

/** What MSK's access by IAM must allow: docs/operations.md has the same list for ACLs. A cluster that is new gets its UUID later. */
function clusterPermissions(stack: Stack, settings: Settings, client: Client): PolicyStatement[] {
  const name = clusterName(settings);
  const uuid = settings.clusterArn?.split('/')[2] ?? '*';
  const arn = (resource: string, last: string): string =>
    stack.formatArn({ service: 'kafka', resource, resourceName: `${name}/${uuid}${last}` });
  const topic = arn('topic', `/${settings.topic}`);
  const allow = (actions: readonly string[], resource: string): PolicyStatement =>
    new PolicyStatement({ actions: actions.map((action) => `kafka-cluster:${action}`), resources: [resource] });
  const connect = allow(['Connect'], arn('cluster', ''));
  if (client === 'producer') return [connect, allow(['CreateTopic', 'DescribeTopic', 'WriteData'], topic)];
  return [
    connect,
    allow(['DescribeTopic', 'ReadData'], topic),
    allow(['DescribeGroup', 'AlterGroup'], arn('group', `/${settings.group}`)),
  ];
}
