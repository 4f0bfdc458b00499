import type { IcebergCatalog } from '../../iceberg/iceberg-catalog.ts';
import { bearerToken, noAuthorization, oauthTokens } from '../../iceberg/catalogs/rest-authorization.ts';
import { createRestCatalog } from '../../iceberg/catalogs/rest-catalog.ts';
import type { RestAuthorization } from '../../iceberg/catalogs/rest-client.ts';
import { systemClock } from '../../runtime/clock.ts';
import { unreachable } from '../../runtime/errors.ts';
import type { RestAccess, RestCatalogSettings } from '../config/settings/iceberg-settings.ts';
import type { LakeSettings } from '../config/settings/lake-settings.ts';

/** Opens a REST catalog of Iceberg tables, which the settings name. */
export async function openRestCatalog(
  { uri, warehouse, access }: RestCatalogSettings,
  { database, aws }: Pick<LakeSettings, 'database' | 'aws'>,
): Promise<IcebergCatalog> {
  return createRestCatalog({ uri, warehouse, database, authorization: await authorizationOf(access, aws) });
}

async function authorizationOf(access: RestAccess, aws: LakeSettings['aws']): Promise<RestAuthorization> {
  switch (access.kind) {
    case 'open':
      return noAuthorization;
    case 'token':
      return bearerToken(access.token);
    case 'client':
      return oauthTokens(access, systemClock);
    case 'signed': {
      // the AWS SDK is loaded only by those who use it
      const { signRestRequests } = await import('../../aws/iceberg/sign-rest-requests.ts');
      return signRestRequests({ ...aws, service: access.service });
    }
    default:
      return unreachable(access);
  }
}
