import type { TableFormat } from '../../../consumer/ports/lake.ts';
import type { AwsSettings } from './aws-settings.ts';
import type { Config } from '../config.ts';
import { restCatalogSettings, type RestCatalogSettings } from './iceberg-settings.ts';

/** Where the data goes, and who knows and queries the tables. */
export interface LakeSettings {
  readonly location: Config['LAKE'];
  readonly database: string;
  readonly aws: AwsSettings;
  readonly tableFormat: TableFormat;
  /** The catalog of Iceberg tables, when it is not the lake's own. */
  readonly restCatalog: RestCatalogSettings | undefined;
  readonly athena: { readonly workgroup: string; readonly output: string | undefined };
}

export function lakeSettings(config: Config, aws: AwsSettings): LakeSettings {
  return {
    location: config.LAKE,
    database: config.LAKE_DATABASE,
    aws,
    tableFormat: config.TABLE_FORMAT,
    restCatalog: restCatalogSettings(config),
    athena: { workgroup: config.ATHENA_WORKGROUP, output: config.ATHENA_OUTPUT },
  };
}
