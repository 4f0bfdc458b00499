import { Aws, CfnParameter, Duration, Validations } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import {
  ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { createLogGroup } from './log-group.ts';
import type { Platform } from './platform.ts';
import type { Settings } from './settings.ts';

export interface TaskOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly role: Role;
  /** Gives it a folder for temporary files, of the task's own disk: files are merged and written again there. */
  readonly hasScratch?: boolean;
  /** What the container's health is asked by, such as `/startupz`; left out: it is healthy while it runs. */
  readonly health?: string;
}

const stopTimeout = Duration.seconds(60);
/** Ends a graceful stop ten seconds before ECS sends SIGKILL. */
const drainSeconds = 50;
export const httpPort = 8080;
/** The image says that it is a volume, with the rights that the program's user needs. */
const scratchFolder = '/tmp';
/** Fails until the path answers: a deployment that can't work is rolled back. */
const healthCheck = (path: string): string =>
  `fetch('http://localhost:${httpPort}${path}').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;

/** Limits Node's heap to half of the task's memory, as the image does for 512 MiB; the other half is for batches, which are outside of the heap. */
const nodeOptions = (memoryMiB: number): string => `--max-old-space-size=${Math.floor(memoryMiB / 2)}`;

export interface TasksOptions {
  readonly platform: Platform;
  readonly settings: Settings;
}

/** Makes task definitions that differ only in command and permissions. */
export class Tasks extends Construct {
  readonly log: LogGroup;
  readonly #image: ContainerImage;
  readonly #settings: Settings;
  /** What ECS itself does for every task: fetch the image, write the log. */
  readonly #executionRole: Role;

  constructor(scope: Construct, id: string, { platform, settings }: TasksOptions) {
    super(scope, id);
    const { encryptionKeyArn } = platform;
    const key = encryptionKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', encryptionKeyArn);
    this.log = createLogGroup(this, 'Log', key);
    this.#image = imageOf(this, { platform, settings });
    this.#settings = settings;
    this.#executionRole = this.role('Execution', []);
  }

  /** A role for tasks, with these permissions and no others. */
  role(name: string, permissions: readonly PolicyStatement[]): Role {
    const role = new Role(this, `${name}Role`, { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    for (const statement of permissions) role.addToPolicy(statement);
    return role;
  }

  /** By default a quarter of a vCPU on ARM and 512 MB, with a read-only root file system. */
  define(name: string, { command, environment, role, hasScratch = false, health }: TaskOptions): FargateTaskDefinition {
    const { cpu, memoryMiB, executeCommand } = this.#settings;
    const task = new FargateTaskDefinition(this, name, {
      cpu,
      memoryLimitMiB: memoryMiB,
      taskRole: role,
      executionRole: this.#executionRole,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    const container = task.addContainer('glueless', {
      image: this.#image,
      command: [...command],
      environment: {
        ...environment,
        HTTP_PORT: String(httpPort),
        SHUTDOWN_DEADLINE_SECONDS: String(drainSeconds),
        NODE_OPTIONS: nodeOptions(memoryMiB),
      },
      // the agent that `execute-command` starts writes to the root file system
      readonlyRootFilesystem: !(command[0] === 'consume' && executeCommand),
      stopTimeout,
      logging: LogDrivers.awsLogs({ logGroup: this.log, streamPrefix: name.toLowerCase() }),
      ...(health !== undefined && {
        healthCheck: {
          command: ['CMD', 'node', '-e', healthCheck(health)],
          interval: Duration.seconds(30),
          // the service itself tries for this long before it gives up
          startPeriod: Duration.seconds(300),
        },
      }),
    });
    if (hasScratch) {
      task.addVolume({ name: 'scratch' });
      container.addMountPoints({ sourceVolume: 'scratch', containerPath: scratchFolder, readOnly: false });
    }
    Validations.of(task).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'names and addresses, no secrets: certificate and key are read from Secrets Manager by the task itself',
    });
    return task;
  }
}

/** The image that the settings name, else the platform's repository at the tag that the stack is deployed with. */
function imageOf(scope: Construct, { platform, settings: { image } }: TasksOptions): ContainerImage {
  if (image === undefined) {
    const tag = new CfnParameter(scope, 'ImageTag', { description: 'Tag of the image in the platform’s repository' });
    tag.overrideLogicalId('ImageTag');
    return ofRepository(scope, { repositoryName: platform.repositoryName, tag: tag.valueAsString });
  }
  const [, account, region, repositoryName, tag] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)[:@](.+)$/.exec(image) ?? [];
  return repositoryName === undefined || tag === undefined
    ? ContainerImage.fromRegistry(image)
    : ofRepository(scope, { account, region, repositoryName, tag });
}

interface RepositoryImage {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly repositoryName: string;
  /** Tag or digest. */
  readonly tag: string;
}

function ofRepository(scope: Construct, image: RepositoryImage): ContainerImage {
  const { account = Aws.ACCOUNT_ID, region = Aws.REGION, repositoryName, tag } = image;
  const repositoryArn = `arn:${Aws.PARTITION}:ecr:${region}:${account}:repository/${repositoryName}`;
  const repository = Repository.fromRepositoryAttributes(scope, 'Repository', { repositoryArn, repositoryName });
  return ContainerImage.fromEcrRepository(repository, tag);
}
