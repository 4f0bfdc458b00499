import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/runtime/errors.ts';
import type { LoadBroker } from './load-broker.ts';
import { costOf } from './measure.ts';
import type { Cost } from './results.ts';

const run = promisify(execFile);
const image = 'glueless:bench';

/** Flags of the smallest Fargate task, hardened as in docker/compose.yaml. */
export const taskFlags = ['--memory', '512m', '--memory-swap', '512m', '--cpus', '0.25'];
const hardening = ['--read-only', '--tmpfs', '/tmp:size=16m', '--cap-drop', 'ALL'];

export interface ContainerSpec {
  readonly name: string;
  readonly args: readonly string[];
  readonly broker: LoadBroker;
  readonly topic: string;
  /** A new folder on this machine; the lake will be its subfolder `lake`. */
  readonly folder: string;
  readonly settings: Readonly<Record<string, string>>;
}

export interface RunningContainer {
  /** Resolves when the process has ended by itself or by `stop`; rejects when it was killed or failed. */
  end(): Promise<Cost>;
  stop(): Promise<Cost>;
  remove(): Promise<void>;
}

/** Builds the image, on the base image that NODE_IMAGE names, if it is set. Rejects where there is no engine, or where it can't get the image to build on. */
export async function provideImage(): Promise<void> {
  await run('docker', ['info']).catch(() => {
    throw new Error('no Docker engine answers');
  });
  const { NODE_IMAGE: base } = process.env;
  const options = base === undefined ? [] : ['--build-arg', `NODE_IMAGE=${base}`];
  const build = run('docker', ['build', '--quiet', '--file', 'docker/Dockerfile', ...options, '--tag', image, '.']);
  await build.catch((error: unknown) => {
    throw new Error(`docker build: ${messageOf(error).trim().split('\n').at(-1)}`);
  });
}

export async function startContainer(spec: ContainerSpec): Promise<RunningContainer> {
  const { name, args, broker, topic, folder, settings } = spec;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'lake'), { recursive: true });
  // the image's user does not exist on this machine
  for (const path of [folder, join(folder, 'lake')]) await chmod(path, 0o777);
  const environment = {
    KAFKA_BROKERS: broker.bootstrap,
    KAFKA_TOPIC: topic,
    ...(await certificatesOf(broker)),
    LAKE: '/bench/lake',
    HTTP_PORT: '',
    NODE_OPTIONS: `${await optionsOfImage()} --require=/usage.cjs`,
    BENCH_USAGE_FILE: '/bench/usage.json',
    ...settings,
  };
  const variables = Object.keys(environment).flatMap((variable) => ['--env', variable]);
  const usage = `${resolve('bench/support/usage.cjs')}:/usage.cjs:ro`;
  const volumes = ['--volume', `${resolve(folder)}:/bench`, '--volume', usage];
  const flags = ['--detach', '--name', name, '--network', 'host', ...taskFlags, ...hardening, ...volumes, ...variables];
  await run('docker', ['rm', '--force', name]).catch(() => {});
  await run('docker', ['run', ...flags, image, ...args], { env: { ...process.env, ...environment } });
  const end = async (): Promise<Cost> => {
    await run('docker', ['wait', name]);
    return outcome(name, folder);
  };
  return {
    end,
    stop: async () => {
      await run('docker', ['stop', '--time', '60', name]);
      return end();
    },
    remove: async () => {
      await run('docker', ['rm', '--force', name]).catch(() => {});
    },
  };
}

/** Passes certificates by value: the image's user could not read the key's file. */
async function certificatesOf({ files }: LoadBroker): Promise<Record<string, string>> {
  const [ca = '', cert = '', key = ''] = await Promise.all(
    [files.ca, files.cert, files.key].map((path) => readFile(path, 'utf8')),
  );
  return { KAFKA_TLS_CA: ca, KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key };
}

async function optionsOfImage(): Promise<string> {
  const { stdout } = await run('docker', ['image', 'inspect', '--format', '{{json .Config.Env}}', image]);
  const variables: string[] = JSON.parse(stdout);
  const name = 'NODE_OPTIONS=';
  return variables.find((each) => each.startsWith(name))?.slice(name.length) ?? '';
}

async function outcome(name: string, folder: string): Promise<Cost> {
  const { stdout } = await run('docker', ['inspect', '--format', '{{json .State}}', name]);
  const { OOMKilled: outOfMemory, ExitCode: code } = JSON.parse(stdout);
  if (outOfMemory === true) throw new Error(`the container ${name} ran out of memory`);
  if (code !== 0 && code !== 143) {
    const logs = await run('docker', ['logs', '--tail', '20', name]);
    throw new Error(`the container ${name} ended with ${code}:\n${logs.stdout}${logs.stderr}`);
  }
  return costOf(await readFile(join(folder, 'usage.json'), 'utf8'));
}
