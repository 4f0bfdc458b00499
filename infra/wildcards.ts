import { Validations, type Stack } from 'aws-cdk-lib';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { lakePrefix, resultsPrefix } from './lake.ts';

/** The only wildcards in the policies, each with its reason; cdk-nag refuses any other. */
function reasons(platformName: string): readonly (readonly [finding: string, reason: string])[] {
  return [
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

export function acknowledgeWildcards(stack: Stack, platformName: string): void {
  const policies = stack.node.findAll().filter((each) => each instanceof CfnPolicy);
  for (const policy of policies)
    for (const [finding, reason] of reasons(platformName))
      Validations.of(policy).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
}
