import { createAthenaEngine } from '../aws/athena-engine.ts';
import { createGlueCatalog } from '../aws/glue-catalog.ts';
import { createS3ObjectStore } from '../aws/s3-object-store.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Config } from './config.ts';
import type { Lake } from './lake.ts';

/** S3 as store, Glue as catalog, Athena as engine. */
export function openAwsLake(config: Config, { bucket, prefix }: Extract<Config['LAKE'], { kind: 's3' }>): Lake {
  const aws = { region: config.AWS_REGION, endpoint: config.AWS_ENDPOINT_URL };
  const database = config.LAKE_DATABASE;
  return {
    store: createS3ObjectStore({ ...aws, bucket, prefix }),
    catalog: createGlueCatalog({ ...aws, database }),
    openEngine: async () =>
      createAthenaEngine({
        ...aws,
        database,
        workgroup: config.ATHENA_WORKGROUP,
        output: config.ATHENA_OUTPUT,
        clock: systemClock,
      }),
  };
}
