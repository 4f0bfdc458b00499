import { createDuckdbEngine } from '../lake/duckdb-engine.ts';
import { createJsonCatalog } from '../lake/json-catalog.ts';
import { createLocalObjectStore } from '../lake/local-object-store.ts';
import type { Config } from './config.ts';
import type { Lake } from './lake.ts';
import { columnName } from '../schema/names.ts';

export async function openLake(config: Config): Promise<Lake> {
  if (config.LAKE.kind === 's3') {
    // the AWS SDK is loaded only by those who use it
    const { openAwsLake } = await import('./open-aws-lake.ts');
    return openAwsLake(config, config.LAKE);
  }
  const store = createLocalObjectStore({ root: config.LAKE.path });
  return {
    store,
    catalog: createJsonCatalog({ store, database: config.LAKE_DATABASE }),
    openEngine: (tables) => createDuckdbEngine(tables),
  };
}

/** The table's name: as configured, or the topic's as far as Athena takes it. */
export function tableNameOf(config: Config): string {
  return config.LAKE_TABLE ?? columnName(config.KAFKA_TOPIC).replaceAll(/\W/g, '_');
}
