import { createAthenaQueryEngine } from '../../aws/athena-query-engine.ts';
import { checkGlueRights } from '../../aws/glue/check-glue-rights.ts';
import { createGlueCatalog } from '../../aws/glue/glue-catalog.ts';
import { createGlueIcebergCatalog } from '../../aws/iceberg/glue-iceberg-catalog.ts';
import { createS3ObjectStore } from '../../aws/s3/s3-object-store.ts';
import type { IcebergCatalog } from '../../iceberg/iceberg-catalog.ts';
import { createIcebergTables } from '../../iceberg/catalogs/iceberg-tables.ts';
import { hyparquetReader } from '../../parquet/read/parquet-reader.ts';
import { type PipelineError, wrongUsage } from '../../runtime/errors.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Lake } from './lake.ts';
import type { LakeSettings } from '../config/settings/lake-settings.ts';

/** Makes a lake of S3 as store, Glue as catalog, unless Iceberg tables have another, and Athena as engine. */
export function openAwsLake(
  { database, aws, athena, tableFormat }: LakeSettings,
  { bucket, prefix }: Extract<LakeSettings['location'], { kind: 's3' }>,
  rest: IcebergCatalog | undefined,
): Lake {
  const store = createS3ObjectStore({ ...aws, bucket, prefix });
  const glue = { ...aws, database };
  const plainCatalog = createGlueCatalog(glue);
  const iceberg =
    tableFormat === 'iceberg' ? (rest ?? createGlueIcebergCatalog({ ...glue, store, clock: systemClock })) : undefined;
  return {
    store,
    parquet: hyparquetReader,
    openRewriter: async (form) => {
      const { createDuckdbRewriter } = await import('../../lake/rewriter/duckdb-rewriter.ts');
      const { joinColumns } = await import('../../parquet/file/join-columns.ts');
      return createDuckdbRewriter({ ...form, store, parquet: hyparquetReader, joinColumns });
    },
    plainCatalog,
    catalog: iceberg === undefined ? plainCatalog : createIcebergTables(iceberg),
    ...(iceberg && { iceberg }),
    checkRights: async (table, name) =>
      rest === undefined ? checkGlueRights(glue, { table, name }) : 'the catalog’s own',
    openEngine: async () => {
      if (rest !== undefined) throw unknownToAthena();
      return createAthenaQueryEngine({
        ...aws,
        database,
        ...athena,
        clock: systemClock,
      });
    },
  };
}

function unknownToAthena(): PipelineError {
  return wrongUsage(
    'Athena does not know the tables of the catalog that ICEBERG_REST_URI names',
    'query them with an engine that knows this catalog',
  );
}
