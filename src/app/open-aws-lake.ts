import { createAthenaQueryEngine } from '../aws/athena-query-engine.ts';
import { checkGlueRights } from '../aws/check-glue-rights.ts';
import { createGlueCatalog } from '../aws/glue-catalog.ts';
import { createS3ObjectStore } from '../aws/s3-object-store.ts';
import { hyparquetReader } from '../parquet/parquet-reader.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Lake } from './lake.ts';
import type { LakeSettings } from './config/settings.ts';

/** Makes a lake of S3 as store, Glue as catalog and Athena as engine. */
export function openAwsLake(
  { database, aws, athena }: LakeSettings,
  { bucket, prefix }: Extract<LakeSettings['place'], { kind: 's3' }>,
): Lake {
  return {
    store: createS3ObjectStore({ ...aws, bucket, prefix }),
    parquet: hyparquetReader,
    catalog: createGlueCatalog({ ...aws, database }),
    checkRights: (table, name) => checkGlueRights({ ...aws, database }, { table, name }),
    openEngine: async () =>
      createAthenaQueryEngine({
        ...aws,
        database,
        ...athena,
        clock: systemClock,
      }),
  };
}
