import { Aws } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** Exit codes of tasks that did what they should: done, and stopped by a signal once everything was written. */
const expectedExitCodes = [0, 143];

export interface TaskEventsOptions {
  readonly clusterArn: string;
  readonly serviceArn: string;
  readonly topic: ITopic;
}

/**
 * Messages about tasks that ended badly or never started, and about deployments that were rolled back. A death by memory writes no
 * line into any log, and ECS forgets a stopped task after an hour.
 */
export class TaskEvents extends Construct {
  constructor(scope: Construct, id: string, { clusterArn, serviceArn, topic }: TaskEventsOptions) {
    super(scope, id);
    const rule = (name: string, eventPattern: object, text: string, paths: Readonly<Record<string, string>>): CfnRule =>
      new CfnRule(this, name, {
        eventPattern: { source: ['aws.ecs'], account: [Aws.ACCOUNT_ID], ...eventPattern },
        targets: [
          { arn: topic.topicArn, id: 'Topic', inputTransformer: { inputPathsMap: paths, inputTemplate: `"${text}"` } },
        ],
      });
    rule(
      'TaskFailed',
      {
        'detail-type': ['ECS Task State Change'],
        detail: {
          clusterArn: [clusterArn],
          lastStatus: ['STOPPED'],
          $or: [
            { containers: { exitCode: [{ 'anything-but': expectedExitCodes }] } },
            { stopCode: ['TaskFailedToStart'] },
          ],
        },
      },
      'glueless: a task of <group> ended with exit code <code> (<stop>): <reason> Exit code 137 or 134 is a lack of memory. Task: <task>',
      {
        group: '$.detail.group',
        code: '$.detail.containers[0].exitCode',
        stop: '$.detail.stopCode',
        reason: '$.detail.stoppedReason',
        task: '$.detail.taskArn',
      },
    );
    rule(
      'DeploymentFailed',
      {
        'detail-type': ['ECS Deployment State Change'],
        resources: [serviceArn],
        detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
      },
      'glueless: a deployment failed and is rolled back: <reason>',
      { reason: '$.detail.reason' },
    );
  }
}
