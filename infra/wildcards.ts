import { Validations, type Stack } from 'aws-cdk-lib';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';

/** The only wildcards in the policies, each with its reason; cdk-nag refuses any other. */
const reasons: readonly (readonly [finding: string, reason: string])[] = [
  [
    'Resource::GluelessPlatform:ExportsOutputFnGetAttLakeBucketB1D32E10Arn6706D8FF/lake/*',
    'object keys are made while running; all lie below the prefix of the lake',
  ],
  ['Resource::*', 'ecr:GetAuthorizationToken knows no resource'],
  [
    'Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:*:task/<ClusterEB0386A7>/*',
    'tags for the tasks that the schedule starts in this cluster, whose names are not known before',
  ],
];

export function acknowledgeWildcards(stack: Stack): void {
  const policies = stack.node.findAll().filter((each) => each instanceof CfnPolicy);
  for (const policy of policies)
    for (const [finding, reason] of reasons)
      Validations.of(policy).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
}
