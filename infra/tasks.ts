import { CfnParameter, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { PlatformStack } from './platform-stack.ts';
import type { Settings } from './settings.ts';

export interface TaskOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly permissions: readonly PolicyStatement[];
}

const stopTimeout = Duration.seconds(60);
/** Ends a graceful stop ten seconds before ECS sends SIGKILL. */
const drainSeconds = 50;
const httpPort = 8080;
const alive = `fetch('http://localhost:${httpPort}/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;

/** Makes task definitions that differ only in command and permissions. */
export class Tasks extends Construct {
  readonly log: LogGroup;
  readonly #image: ContainerImage;

  constructor(
    scope: Construct,
    id: string,
    options: { readonly platform: PlatformStack; readonly settings: Settings },
  ) {
    super(scope, id);
    this.log = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#image = imageOf(this, options);
  }

  /** A quarter of a vCPU on ARM and 512 MB, with a read-only root file system. */
  define(name: string, { command, environment, permissions }: TaskOptions): FargateTaskDefinition {
    const task = new FargateTaskDefinition(this, name, {
      cpu: 256,
      memoryLimitMiB: 512,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    task.addContainer('glueless', {
      image: this.#image,
      command: [...command],
      environment: { ...environment, HTTP_PORT: String(httpPort), SHUTDOWN_DEADLINE_SECONDS: String(drainSeconds) },
      readonlyRootFilesystem: true,
      stopTimeout,
      logging: LogDrivers.awsLogs({ logGroup: this.log, streamPrefix: name.toLowerCase() }),
      ...(command[0] === 'consume' && {
        healthCheck: {
          command: ['CMD', 'node', '-e', alive],
          interval: Duration.seconds(30),
          startPeriod: Duration.seconds(60),
        },
      }),
    });
    for (const statement of permissions) task.addToTaskRolePolicy(statement);
    Validations.of(task).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'names and addresses, no secrets: certificate and key are read from Secrets Manager by the task itself',
    });
    return task;
  }
}

function imageOf(
  scope: Construct,
  { platform, settings }: { readonly platform: PlatformStack; readonly settings: Settings },
): ContainerImage {
  if (settings.image !== undefined) return ContainerImage.fromRegistry(settings.image);
  const tag = new CfnParameter(scope, 'ImageTag', { description: 'Tag of the image in the platform’s repository' });
  tag.overrideLogicalId('ImageTag');
  return ContainerImage.fromEcrRepository(platform.repository, tag.valueAsString);
}
