import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, PipelineError } from '../runtime/errors.ts';
import { cacheFolder, onceIn } from './cache.ts';

const run = promisify(execFile);

const kafkaVersion = '4.4.0';

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>glueless</groupId><artifactId>devstack</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>`;

/** Fetches Apache Kafka into `.cache` the first time. Resolves with the class path; rejects with PREREQUISITE_MISSING. */
export async function provideJars(): Promise<string> {
  const folder = cacheFolder('broker', 'jars');
  await onceIn(folder, kafkaVersion, async () => {
    await need('java', ['-version'], 'Java 17 or newer (java)');
    await need('mvn', ['--version'], 'Maven (mvn)');
    await writeFile(join(folder, 'pom.xml'), pom);
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
      throw missing(`Apache Kafka ${kafkaVersion} could not be fetched by Maven: ${said}`, error);
    });
  });
  const jars = (await readdir(folder)).filter((name) => name.endsWith('.jar')).sort();
  return jars.map((name) => join(folder, name)).join(':');
}

async function need(command: string, args: readonly string[], what: string): Promise<void> {
  await run(command, [...args]).catch((error: unknown) => {
    throw missing(`${what} is not installed, and a Kafka broker on this machine needs it`, error);
  });
}

function missing(message: string, cause: unknown): PipelineError {
  return new PipelineError('PREREQUISITE_MISSING', {
    message,
    retryable: false,
    hint: 'or use a broker you have: set KAFKA_BROKERS and the KAFKA_TLS_ variables; or run docker compose -f docker/compose.yaml up',
    cause,
  });
}
