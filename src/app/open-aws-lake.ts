import { createAthenaQueryEngine } from '../aws/athena-query-engine.ts';
import { checkGlueRights } from '../aws/check-glue-rights.ts';
import { createGlueCatalog } from '../aws/glue-catalog.ts';
import { createGlueIcebergCatalog } from '../aws/glue-iceberg-catalog.ts';
import { createS3ObjectStore } from '../aws/s3-object-store.ts';
import { createIcebergTables } from '../iceberg/iceberg-tables.ts';
import { hyparquetReader } from '../parquet/parquet-reader.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Lake } from './lake.ts';
import type { LakeSettings } from './config/settings.ts';

/** Makes a lake of S3 as store, Glue as catalog and Athena as engine. */
export function openAwsLake(
  { database, aws, athena, tableFormat }: LakeSettings,
  { bucket, prefix }: Extract<LakeSettings['place'], { kind: 's3' }>,
): Lake {
  const store = createS3ObjectStore({ ...aws, bucket, prefix });
  const glue = { ...aws, database };
  const iceberg =
    tableFormat === 'iceberg' ? createGlueIcebergCatalog({ ...glue, store, clock: systemClock }) : undefined;
  return {
    store,
    parquet: hyparquetReader,
    catalog: iceberg === undefined ? createGlueCatalog(glue) : createIcebergTables(iceberg),
    ...(iceberg && { iceberg }),
    checkRights: (table, name) => checkGlueRights(glue, { table, name }),
    openEngine: async () =>
      createAthenaQueryEngine({
        ...aws,
        database,
        ...athena,
        clock: systemClock,
      }),
  };
}
