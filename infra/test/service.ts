import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { synthesize } from '../templates.ts';
import {
  actionsOf,
  assertionsOn,
  existingSettings,
  existingTemplates,
  otherTemplates,
  resourcesOf,
  service,
  statementsOf,
  templates,
  textOf,
  type Templates,
} from './templates.ts';

const withCommand = (made: Templates, command: string) =>
  resourcesOf(made, 'AWS::ECS::TaskDefinition')
    .map(({ Properties }) => Properties)
    .filter(({ ContainerDefinitions }) => ContainerDefinitions[0].Command.includes(command));

/** The stack that runs. */
export function serviceSuite(): void {
  describe('the service', () => {
    it('runs on a quarter of an ARM vCPU and 512 MB, and has a minute to end', () => {
      expect(withCommand(templates, 'consume')).toEqual([
        expect.objectContaining({
          Cpu: '256',
          Memory: '512',
          RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
          ContainerDefinitions: [expect.objectContaining({ StopTimeout: 60, ReadonlyRootFilesystem: true })],
        }),
      ]);
    });

    it('gives every task the variables that the settings have, and a larger size', () => {
      for (const command of ['consume', 'replay', 'produce'])
        expect(withCommand(otherTemplates, command)).toEqual([
          expect.objectContaining({
            Cpu: '1024',
            Memory: '2048',
            ContainerDefinitions: [
              expect.objectContaining({
                Environment: expect.arrayContaining([
                  { Name: 'BATCH_AGE_MAX_SECONDS', Value: '300' },
                  { Name: 'KAFKA_TOPIC', Value: 'orders' },
                ]),
              }),
            ],
          }),
        ]);
    });

    it('limits the heap of every task to half of its memory: for the default size as the image does', () => {
      const heapOf = (made: Templates, command: string): string[] =>
        withCommand(made, command).flatMap((task) =>
          task.ContainerDefinitions[0].Environment.filter(({ Name }: { Name: string }) => Name === 'NODE_OPTIONS').map(
            ({ Value }: { Value: string }) => Value,
          ),
        );
      const [, ofImage] = /NODE_OPTIONS="([^"]+)"/.exec(textOf('docker/Dockerfile')) ?? [];
      for (const command of ['consume', 'replay', 'produce']) {
        expect(heapOf(templates, command)).toEqual([ofImage]);
        expect(heapOf(otherTemplates, command)).toEqual(['--max-old-space-size=1024']);
      }
    });

    it('gives tasks that write files of the lake again a folder for temporary files, beside a root file system that is read-only', () => {
      for (const command of ['consume', 'replay'])
        expect(withCommand(templates, command)).toEqual([
          expect.objectContaining({
            Volumes: [{ Name: 'scratch' }],
            ContainerDefinitions: [
              expect.objectContaining({
                ReadonlyRootFilesystem: true,
                MountPoints: [{ SourceVolume: 'scratch', ContainerPath: '/tmp', ReadOnly: false }],
              }),
            ],
          }),
        ]);
      expect(textOf('docker/Dockerfile')).toMatch(/^VOLUME \["\/tmp"\]$/m);
    });

    it('has a stack for the monitor when it is asked for, which reads and runs queries, and can change nothing', () => {
      const name = 'StagingOrdersMonitor.template.json';
      const made = { [name]: otherTemplates[name] ?? { Resources: {} } };
      const [task] = withCommand(made, 'monitor');
      expect(task.ContainerDefinitions[0]).toMatchObject({ ReadonlyRootFilesystem: true });
      expect(JSON.stringify(task.ContainerDefinitions[0].HealthCheck)).toContain('/livez');
      const [ingress] = resourcesOf(made, 'AWS::EC2::SecurityGroupIngress');
      expect(ingress?.Properties).toMatchObject({ FromPort: 8080, SourceSecurityGroupId: 'sg-0123456789abcdef0' });
      const [network] = resourcesOf(made, 'AWS::ECS::Service').map(({ Properties }) => Properties.NetworkConfiguration);
      expect(network.AwsvpcConfiguration.AssignPublicIp).toBe('DISABLED');
      const changes = statementsOf(made).filter((each) =>
        actionsOf(each).some((action) =>
          /^(s3:(Put|Delete)|glue:(Create|Update|Delete|Batch(Create|Update|Delete)))/.test(action),
        ),
      );
      // Athena's results, and nothing of the lake
      expect(changes.map(({ Resource }) => JSON.stringify(Resource))).toEqual([
        expect.stringContaining('/athena-results/*'),
      ]);
      expect(Object.keys(templates)).toHaveLength(2);
    });

    it('reads several topics into a table each, where it may make tables that have their names', () => {
      const several = synthesize({ topicPattern: 'shop\\..*', group: 'shop', table: 'raw_{topic}' });
      const [task] = withCommand(several, 'consume');
      const variables = new Map(
        task.ContainerDefinitions[0].Environment.map(({ Name, Value }: { Name: string; Value: string }) => [
          Name,
          Value,
        ]),
      );
      expect(variables.get('KAFKA_TOPIC_PATTERN')).toBe('shop\\..*');
      expect(variables.has('KAFKA_TOPIC')).toBe(false);
      expect(variables.get('LAKE_TABLE')).toBe('raw_{topic}');
      const writing = statementsOf(several).filter((each) => actionsOf(each).includes('glue:CreateTable'));
      expect(JSON.stringify(writing)).toContain('table/hospital/raw_*');
      expect(JSON.stringify(several)).toContain('TopicsTroubled');
      expect(() => synthesize({ topics: 'a,b' })).toThrow('give table as {topic}');
      expect(() => synthesize({ topics: 'a,b', topicPattern: 'a', table: '{topic}' })).toThrow('give one of them');
    });

    it('may fetch its image, by digest, from a repository of the account', () => {
      const fetching = statementsOf(otherTemplates).filter((each) => actionsOf(each).includes('ecr:BatchGetImage'));
      // for the tasks of the service, and for the monitor
      expect(fetching).toHaveLength(2);
      expect(JSON.stringify(fetching)).toContain(':ecr:eu-west-1:111122223333:repository/glueless');
      expect(JSON.stringify(withCommand(otherTemplates, 'consume'))).toContain(`/glueless@sha256:${'0'.repeat(64)}`);
    });

    it('is healthy once broker, topic and lake have answered', () => {
      const [task] = withCommand(templates, 'consume');
      expect(JSON.stringify(task.ContainerDefinitions[0].HealthCheck)).toContain('/startupz');
      expect(textOf('src/app/observe/http-server.ts')).toContain("case '/startupz'");
    });

    it('rolls a bad deployment back, and leaves the number of tasks to scaling', () => {
      service.hasResourceProperties('AWS::ECS::Service', {
        DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
        DesiredCount: Match.absent(),
      });
    });

    it('runs on Fargate Spot, and can be looked into, when it is told so', () => {
      service.hasResourceProperties('AWS::ECS::Service', {
        CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
        EnableExecuteCommand: false,
      });
      assertionsOn(otherTemplates, 'StagingOrders').hasResourceProperties('AWS::ECS::Service', {
        CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }],
        EnableExecuteCommand: true,
      });
      expect(withCommand(otherTemplates, 'consume')).toEqual([
        expect.objectContaining({ ContainerDefinitions: [expect.objectContaining({ ReadonlyRootFilesystem: false })] }),
      ]);
      expect(statementsOf(otherTemplates).flatMap(actionsOf)).toContain('ssmmessages:OpenDataChannel');
    });

    it('scales on time behind and on idle CPU, not on records, to one consumer per partition at most', () => {
      const scaled = assertionsOn(otherTemplates, 'StagingOrders');
      scaled.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 1, MaxCapacity: 12 });
      const policies = resourcesOf(templates, 'AWS::CloudWatch::Alarm').filter(({ Properties }) =>
        JSON.stringify(Properties.AlarmActions).includes('TaskCount'),
      );
      expect(policies.map(({ Properties }) => [Properties.MetricName, Properties.Threshold])).toEqual([
        ['OldestRecordAgeMs', 180_000],
        [undefined, 25],
      ]);
      expect(JSON.stringify(policies)).not.toContain('SumOffsetLag');
    });

    it('renews both certificates long before they expire', () => {
      const schedule = resourcesOf(templates, 'AWS::Events::Rule').find(
        ({ Properties }) => Properties.ScheduleExpression !== undefined,
      );
      expect(schedule?.Properties.ScheduleExpression).toBe('rate(30 days)');
      expect(JSON.stringify(schedule)).toMatch(/glueless-consumer.*glueless-producer/);
      expect(JSON.stringify(withCommand(otherTemplates, 'cert'))).toContain('--template","EndEntityCertificate/V1');
      expect(JSON.stringify(statementsOf(otherTemplates))).toContain(':template/EndEntityCertificate/V1');
      expect(JSON.stringify(statementsOf(otherTemplates))).not.toContain('ClientAuth');
    });
  });

  describe('the task definition as a plain file', () => {
    const task = z.object({
      family: z.string(),
      requiresCompatibilities: z.tuple([z.literal('FARGATE')]),
      networkMode: z.literal('awsvpc'),
      cpu: z.literal('256'),
      memory: z.literal('512'),
      executionRoleArn: z.string(),
      taskRoleArn: z.string(),
      containerDefinitions: z.tuple([
        z.object({
          command: z.tuple([z.literal('consume')]),
          environment: z.array(z.object({ name: z.string(), value: z.string() })).min(8),
          image: z.string(),
          healthCheck: z.object({ command: z.array(z.string()) }),
          logConfiguration: z.object({ logDriver: z.literal('awslogs'), options: z.record(z.string(), z.string()) }),
        }),
      ]),
    });

    it('is as ECS takes it', () => {
      const { containerDefinitions } = task.parse(JSON.parse(textOf('infra/templates/consumer-task-definition.json')));
      expect(containerDefinitions[0].logConfiguration.options['awslogs-group']).toBe('<Log>');
    });

    it('has nothing left that only CloudFormation knows', () => {
      for (const name of ['consumer-task-definition.json', 'consumer-role-policy.json'])
        expect(textOf(`infra/templates/${name}`)).not.toMatch(/Fn::|"Ref"|AWS::/);
    });
  });

  it('a service on brokers that are not MSK’s looks at no metric of theirs', () => {
    expect(JSON.stringify(existingTemplates)).not.toContain('AWS/Kafka');
    expect(resourcesOf(existingTemplates, 'AWS::CloudWatch::Alarm').length).toBeGreaterThan(8);
    const onMsk = { ...existingSettings, clusterArn: 'arn:aws:kafka:eu-west-1:111122223333:cluster/shared/abc-1' };
    expect(JSON.stringify(synthesize(onMsk))).toContain(`"Cluster Name\\" = 'shared'`);
  });
}
