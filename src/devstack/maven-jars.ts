import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, PipelineError } from '../runtime/errors.ts';
import { cacheFolder, onceIn } from './cache.ts';

const run = promisify(execFile);

export interface JarSet {
  /** What the jars are, in messages. */
  readonly name: string;
  /** Folder below `.cache`, which holds them and nothing else. */
  readonly folder: readonly string[];
  /** Another one when the jars change. */
  readonly stamp: string;
  /** Maven's coordinates: group, artifact and version, then the classifier if there is one, with colons between. */
  readonly artifacts: readonly string[];
  /** What to do without Maven. */
  readonly hint: string;
}

/** Fetches jars and all that they need into `.cache` the first time. Resolves with the class path; rejects with PREREQUISITE_MISSING. */
export async function provideJars({ name, folder: parts, stamp, artifacts, hint }: JarSet): Promise<string> {
  const folder = cacheFolder(...parts);
  const missing = (message: string, cause: unknown): PipelineError =>
    new PipelineError('PREREQUISITE_MISSING', { message, retryable: false, hint, cause });
  const need = async (command: string, args: readonly string[], what: string): Promise<void> => {
    await run(command, [...args]).catch((error: unknown) => {
      throw missing(`${what} is not installed, and ${name} on this machine needs it`, error);
    });
  };
  await onceIn(folder, stamp, async () => {
    await need('java', ['-version'], 'Java 17 or newer (java)');
    await need('mvn', ['--version'], 'Maven (mvn)');
    await writeFile(join(folder, 'pom.xml'), pomOf(artifacts));
    await run('mvn', [
      '--quiet',
      '--batch-mode',
      '--file',
      join(folder, 'pom.xml'),
      'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${folder}`,
    ]).catch((error: unknown) => {
      const said =
        error instanceof Error && 'stdout' in error ? String(error.stdout).split('\n', 1)[0] : messageOf(error);
      throw missing(`${name} ${stamp} could not be fetched by Maven: ${said}`, error);
    });
  });
  const jars = (await readdir(folder)).filter((file) => file.endsWith('.jar')).sort();
  return jars.map((file) => join(folder, file)).join(':');
}

function pomOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((coordinates) => {
    const [group, artifact, version, classifier] = coordinates.split(':');
    const kind = classifier === undefined ? '' : `<classifier>${classifier}</classifier>`;
    return `    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${kind}</dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>glueless</groupId><artifactId>devstack</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${dependencies.join('\n')}
  </dependencies>
</project>`;
}
