import { provideJars } from './maven-jars.ts';

const version = '4.4.0';

/** Resolves with the class path of Apache Kafka; rejects with PREREQUISITE_MISSING. */
export async function provideBrokerJars(): Promise<string> {
  return provideJars({
    name: 'Apache Kafka',
    folder: ['broker', 'jars'],
    stamp: version,
    artifacts: [`org.apache.kafka:kafka_2.13:${version}`, 'org.slf4j:slf4j-simple:1.7.36'],
    hint: 'or use a broker you have: set KAFKA_BROKERS and the KAFKA_TLS_ variables; or run docker compose -f docker/compose.yaml up',
  });
}
