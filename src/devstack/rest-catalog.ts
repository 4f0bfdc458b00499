import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { processEnvironment } from '../runtime/environment.ts';
import { freePort, startChild, untilListening } from './child.ts';
import { provideJars } from './maven-jars.ts';

const version = '1.10.1';

/** A catalog over Iceberg's REST protocol. */
export interface RestCatalogServer {
  /** Its address, without `/v1`. */
  readonly uri: string;
  stop(): Promise<void>;
}

/**
 * Starts the REST catalog that the Apache Iceberg project tests its own clients with: its reference classes behind Jetty, tables in
 * SQLite, metadata files in a folder. The first time Maven fetches 80 MB. Rejects with PREREQUISITE_MISSING.
 */
export async function startRestCatalog(): Promise<RestCatalogServer> {
  const classpath = await provideJars({
    name: 'a REST catalog of Apache Iceberg',
    folder: ['rest-catalog'],
    stamp: version,
    artifacts: [
      `org.apache.iceberg:iceberg-core:${version}`,
      `org.apache.iceberg:iceberg-core:${version}:tests`,
      `org.apache.iceberg:iceberg-open-api:${version}:test-fixtures`,
      'org.apache.hadoop:hadoop-client-runtime:3.4.1',
      'org.eclipse.jetty:jetty-servlet:11.0.26',
      'org.slf4j:slf4j-simple:2.0.17',
      'org.xerial:sqlite-jdbc:3.50.3.0',
    ],
    hint: 'it needs Java 17 or newer, and Maven',
  });
  const folder = await mkdtemp(join(tmpdir(), 'glueless-rest-'));
  const port = await freePort();
  const logFile = join(folder, 'catalog.log');
  const env = {
    ...processEnvironment(),
    CATALOG_REST_PORT: String(port),
    // SQLite takes one writer at a time
    CATALOG_CLIENTS: '1',
    CATALOG_URI: `jdbc:sqlite:${join(folder, 'catalog.db')}`,
    CATALOG_WAREHOUSE: pathToFileURL(join(folder, 'warehouse')).href,
  };
  const options = ['-Xmx256M', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];
  const child = startChild('java', [...options, '-cp', classpath, 'org.apache.iceberg.rest.RESTCatalogServer'], {
    logFile,
    env,
  });
  await untilListening(port, child, { name: 'the REST catalog', logFile, timeoutMs: 60_000 });
  return {
    uri: `http://127.0.0.1:${port}`,
    stop: async () => {
      await child.stop(2000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
