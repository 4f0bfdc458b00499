import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';
import { icebergVersion, provideSpark, sparkVersion } from '../../src/devstack/spark.ts';
import type { KafkaPeer } from '../support/kafka-peer.ts';
import { install } from './install.ts';
import { ddlOf } from './spark-ddl.ts';

const what = `Spark ${sparkVersion} with Iceberg ${icebergVersion}`;
const jars = (): string => cacheFolder('bench', 'spark-iceberg');

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>glueless</groupId><artifactId>bench-spark-iceberg</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.spark</groupId><artifactId>spark-sql-kafka-0-10_2.13</artifactId><version>${sparkVersion}</version></dependency>
    <dependency><groupId>org.apache.iceberg</groupId><artifactId>iceberg-spark-runtime-4.1_2.13</artifactId><version>${icebergVersion}</version></dependency>
  </dependencies>
</project>`;

/** Spark Structured Streaming into Iceberg's own sink. */
export const sparkIceberg: KafkaPeer = {
  name: `${what}, schema given`,
  settings: [
    'PySpark, local[*], driver of 1 GB with the serial collector, UI off; trigger availableNow, minPartitions twice the cores',
    'Iceberg’s sink, fanout-enabled, a catalog of files; one commit at the end; zstd, Iceberg’s default',
    'from_json; the event time is a timestamp; partitioned by its date and hour',
  ],
  provide: async () => {
    await provideSpark();
    await onceIn(jars(), `${sparkVersion}-${icebergVersion}`, async () => {
      await writeFile(join(jars(), 'pom.xml'), pom);
      const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
      const groups = 'org.apache.spark,org.apache.kafka,org.apache.commons,org.apache.iceberg';
      const options = ['-DincludeScope=runtime', `-DincludeGroupIds=${groups}`, `-DoutputDirectory=${jars()}`];
      const args = ['--quiet', '--batch-mode', '--file', join(jars(), 'pom.xml'), goal, ...options];
      await install({ what: `the Kafka connector of ${what}`, command: 'mvn', args });
    });
  },
  invocation: (job) => {
    const output = join(job.folder, 'table');
    const given = {
      ...job,
      schema: ddlOf(job.kind.columns),
      eventTime: job.kind.eventTimeField ?? null,
      iceberg: true,
      output,
      checkpoint: join(job.folder, 'checkpoint'),
      jars: join(jars(), '*.jar'),
    };
    return {
      command: cacheFolder('spark', 'venv', 'bin', 'python'),
      args: [join(import.meta.dirname, 'spark.py'), JSON.stringify(given)],
      env: { ...process.env, SPARK_LOCAL_IP: '127.0.0.1' },
      output,
    };
  },
};
