import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, PipelineError } from '../runtime/errors.ts';
import { cacheFolder, onceIn } from './cache.ts';

const run = promisify(execFile);

/** The newest Spark that Iceberg has a runtime for. */
export const sparkVersion = '4.1.1';
export const icebergVersion = '1.11.0';
const line = '4.1_2.13';

export interface Spark {
  /** Path of the Python that has PySpark. */
  readonly python: string;
  /** Paths of Iceberg's runtime for Spark, and of what it needs for Glue and S3. */
  readonly jars: readonly string[];
}

/** Provides Spark with Iceberg's runtime; the first time pip and Maven fetch 600 MB into `.cache`. Rejects with PREREQUISITE_MISSING. */
export async function provideSpark(): Promise<Spark> {
  const folder = cacheFolder('spark');
  const venv = join(folder, 'venv');
  const artifacts = [`iceberg-spark-runtime-${line}`, 'iceberg-aws-bundle'];
  const python = join(venv, 'bin', 'python');
  try {
    await onceIn(folder, `${sparkVersion}-${icebergVersion}`, async () => {
      await run('java', ['-version']);
      await run('python3', ['-m', 'venv', '--clear', venv]);
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `pyspark==${sparkVersion}`]);
      for (const artifact of artifacts) {
        const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
        const coordinates = `org.apache.iceberg:${artifact}:${icebergVersion}`;
        await run('mvn', ['--quiet', '--batch-mode', goal, `-Dartifact=${coordinates}`, `-DoutputDirectory=${folder}`]);
      }
    });
  } catch (error) {
    throw new PipelineError('PREREQUISITE_MISSING', {
      message: `Spark could not be installed: ${messageOf(error).split('\n')[0]}`,
      retryable: false,
      hint: 'it needs Java 17 or newer, Maven, and python3 with venv and pip',
      cause: error,
    });
  }
  return { python, jars: artifacts.map((artifact) => join(folder, `${artifact}-${icebergVersion}.jar`)) };
}
