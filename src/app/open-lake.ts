import { createDuckdbQueryEngine } from '../lake/duckdb-query-engine.ts';
import { createJsonCatalog } from '../lake/json-catalog.ts';
import { createLocalObjectStore } from '../lake/local-object-store.ts';
import { hyparquetReader } from '../parquet/parquet-reader.ts';
import type { Lake } from './lake.ts';
import type { LakeSettings } from './config/settings.ts';

/** Makes a lake of a folder, with a catalog of its own and DuckDB, or of S3, Glue and Athena. */
export async function openLake(settings: LakeSettings): Promise<Lake> {
  const { place, database } = settings;
  if (place.kind === 's3') {
    // the AWS SDK is loaded only by those who use it
    const { openAwsLake } = await import('./open-aws-lake.ts');
    return openAwsLake(settings, place);
  }
  const store = createLocalObjectStore({ root: place.path });
  return {
    store,
    parquet: hyparquetReader,
    catalog: createJsonCatalog({ store, database }),
    checkRights: async () => 'its catalog is part of it',
    openEngine: (tables) => createDuckdbQueryEngine(tables),
  };
}
