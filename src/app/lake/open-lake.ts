import { hiveFiles } from '../../consumer/table/objects/hive-files.ts';
import type { IcebergCatalog } from '../../iceberg/iceberg-catalog.ts';
import { createIcebergTables } from '../../iceberg/catalogs/iceberg-tables.ts';
import { createDuckdbQueryEngine } from '../../lake/duckdb-query-engine.ts';
import { createDuckdbRewriter } from '../../lake/rewriter/duckdb-rewriter.ts';
import { liveFiles } from '../../lake/iceberg-files.ts';
import { createJsonCatalog } from '../../lake/catalog/json-catalog.ts';
import { createJsonIcebergCatalog } from '../../lake/catalog/json-iceberg-catalog.ts';
import { createLocalObjectStore } from '../../lake/store/local-object-store.ts';
import { joinColumns } from '../../parquet/file/join-columns.ts';
import { hyparquetReader } from '../../parquet/read/parquet-reader.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Lake, RewriteForm } from './lake.ts';
import { openRestCatalog } from './open-rest-catalog.ts';
import { requireHive } from './require-format.ts';
import type { LakeSettings } from '../config/settings/lake-settings.ts';

/** Makes a lake of a folder, with a catalog of its own and DuckDB, or of S3, Glue and Athena. */
export async function openLake(settings: LakeSettings): Promise<Lake> {
  const { location, database, tableFormat } = settings;
  if (location.kind === 's3') {
    // the AWS SDK is loaded only by those who use it
    const { openAwsLake } = await import('./open-aws-lake.ts');
    return openAwsLake(settings, location, await openRest(settings));
  }
  const store = createLocalObjectStore({ root: location.path });
  const plainCatalog = createJsonCatalog({ store, database });
  const common = {
    store,
    plainCatalog,
    parquet: hyparquetReader,
    openRewriter: async (form: RewriteForm) =>
      createDuckdbRewriter({ ...form, store, parquet: hyparquetReader, joinColumns }),
    checkRights: async () => 'its catalog is part of it',
  };
  if (tableFormat === 'hive')
    return {
      ...common,
      catalog: plainCatalog,
      openEngine: async (tables) => {
        requireHive(tables);
        return createDuckdbQueryEngine(
          tables.map((table) => ({ ...table, files: () => hiveFiles(plainCatalog, store, table.name) })),
        );
      },
    };
  const iceberg = (await openRest(settings)) ?? createJsonIcebergCatalog({ store, database, clock: systemClock });
  return {
    ...common,
    iceberg,
    catalog: createIcebergTables(iceberg),
    openEngine: (tables) =>
      createDuckdbQueryEngine(
        tables.map((table) => ({ ...table, files: () => liveFiles(iceberg, store, table.name) })),
      ),
  };
}

async function openRest(settings: LakeSettings): Promise<IcebergCatalog | undefined> {
  const { restCatalog, tableFormat } = settings;
  return restCatalog === undefined || tableFormat === 'hive' ? undefined : openRestCatalog(restCatalog, settings);
}
