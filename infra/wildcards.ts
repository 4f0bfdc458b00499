import { Validations, type Stack } from 'aws-cdk-lib';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { lakePrefix, resultsPrefix } from './lake.ts';
import { tablesOf } from './permissions.ts';
import { clusterName, type Settings } from './settings.ts';

/** The only wildcards in the policies, each with its reason; cdk-nag refuses any other. */
function reasons({
  platformName,
  topic,
  group,
  database,
  table,
  ...settings
}: Settings): readonly (readonly [finding: string, reason: string])[] {
  const kafka = 'arn:<AWS::Partition>:kafka:<AWS::Region>:<AWS::AccountId>';
  const anyUuid = 'a new cluster gets its UUID when it is made: its name is what the setting gives';
  const schemas = 'which schemas there are is known when records name them';
  const cluster = clusterName({ ...settings, platformName });
  const tables = `Resource::arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:table/${database}/${tablesOf(table)}`;
  const ofTopics = 'tables are named after topics that may be made later';
  return [
    [tables, ofTopics],
    [`${tables}_dead_letters`, ofTopics],
    [`${tables}_hours`, ofTopics],
    ...['cluster', `topic`, 'group'].map((resource): readonly [string, string] => {
      const last = { cluster: '', topic: `/${topic}`, group: `/${group}` }[resource] ?? '';
      return [`Resource::${kafka}:${resource}/${cluster}/*${last}`, anyUuid];
    }),
    ...['registry', 'schema'].map((resource): readonly [string, string] => [
      `Resource::arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:${resource}/*`,
      schemas,
    ]),
    [
      `Resource::arn:<AWS::Partition>:s3:::${platformName}-BucketName/${lakePrefix}/*`,
      'object keys are made while running; all lie below the prefix of the lake',
    ],
    [
      `Resource::arn:<AWS::Partition>:s3:::${platformName}-BucketName/${resultsPrefix}/*`,
      'Athena names its results; all lie below the prefix of results',
    ],
    ['Resource::*', 'ecr:GetAuthorizationToken, and the channels of execute-command, know no resource'],
    [
      'Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:*:task/<ClusterEB0386A7>/*',
      'tags for the tasks that the schedule starts in this cluster, whose names are not known before',
    ],
  ];
}

export function acknowledgeWildcards(stack: Stack, settings: Settings): void {
  const policies = stack.node.findAll().filter((each) => each instanceof CfnPolicy);
  for (const policy of policies)
    for (const [finding, reason] of reasons(settings))
      Validations.of(policy).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
}
