import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';
import type { KafkaPeer } from '../support/kafka-peer.ts';
import { install } from './install.ts';
import { ddlOf } from './spark-ddl.ts';

// the newest release that has both the Python package and the Kafka connector
const version = '4.2.0';
const what = `Spark ${version}`;
const python = (): string => join(cacheFolder('bench', 'spark', 'python'), 'venv', 'bin', 'python');
const jars = (): string => cacheFolder('bench', 'spark', 'jars');

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>glueless</groupId><artifactId>bench-spark</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.spark</groupId><artifactId>spark-sql-kafka-0-10_2.13</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>`;

const settings = [
  'PySpark, local[*], driver of 1 GB with the serial collector (the cheapest of three tried), UI off; all work is inside the JVM',
  'trigger availableNow, no maxOffsetsPerTrigger: one batch; minPartitions twice the cores, so that all of them have work to the end',
  'snappy, as Glue does',
];

/** Spark Structured Streaming, the engine of Glue's streaming jobs, with a schema and the partitions of our tables. */
export const schemaGiven: KafkaPeer = {
  name: `${what}, schema given`,
  settings: [
    ...settings,
    'from_json; file sink; the event time is a timestamp; partitioned by its date and hour, by those of arrival where there is none',
  ],
  ...sparkWith('given'),
};

/** Spark set up as by the script that Glue generates: the topic is read once for the schema and once for the data. */
export const schemaInferred: KafkaPeer = {
  name: `${what}, schema inferred per batch`,
  settings: [
    ...settings,
    'foreachBatch; spark.read.json over the records of the batch, as inferSchema of Glue; the event time stays text',
    "partitioned by the hour of arrival, as Glue's generated script does; without its count() of the batch, which reads the topic once more",
  ],
  kinds: ['regular'],
  ...sparkWith('inferred'),
};

function sparkWith(schema: 'given' | 'inferred'): Pick<KafkaPeer, 'provide' | 'invocation'> {
  return {
    provide,
    invocation: (job) => {
      const output = join(job.folder, 'table');
      const checkpoint = join(job.folder, 'checkpoint');
      return {
        command: python(),
        args: [
          join(import.meta.dirname, 'spark.py'),
          JSON.stringify({
            ...job,
            schema: schema === 'given' ? ddlOf(job.kind.columns) : null,
            eventTime: job.kind.eventTimeField ?? null,
            output,
            checkpoint,
            jars: join(jars(), '*.jar'),
          }),
        ],
        env: { ...process.env, SPARK_LOCAL_IP: '127.0.0.1' },
        output,
      };
    },
  };
}

async function provide(): Promise<void> {
  await install({ what, command: 'java', args: ['-version'] });
  await onceIn(cacheFolder('bench', 'spark', 'python'), version, async () => {
    const venv = join(cacheFolder('bench', 'spark', 'python'), 'venv');
    await install({ what, command: 'python3', args: ['-m', 'venv', '--clear', venv] });
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `pyspark==${version}`];
    await install({ what, command: python(), args });
  });
  await onceIn(jars(), version, async () => {
    await writeFile(join(jars(), 'pom.xml'), pom);
    await install({
      what: `the Kafka connector of ${what}`,
      command: 'mvn',
      args: [
        '--quiet',
        '--batch-mode',
        '--file',
        join(jars(), 'pom.xml'),
        'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies',
        '-DincludeScope=runtime',
        // the others are in the Python package, some in newer versions
        '-DincludeGroupIds=org.apache.spark,org.apache.kafka,org.apache.commons',
        `-DoutputDirectory=${jars()}`,
      ],
    });
  });
}
