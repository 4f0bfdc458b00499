import type { Config } from '../config.ts';

/** How a REST catalog lets the program in. */
export type RestAccess =
  | { readonly kind: 'open' }
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string;
      readonly tokenUrl: string;
    }
  | { readonly kind: 'signed'; readonly service: 'glue' };

export interface RestCatalogSettings {
  readonly uri: string;
  readonly warehouse: string;
  readonly access: RestAccess;
}

/** Gives the settings of a REST catalog; `undefined` for the lake's own. */
export function restCatalogSettings(config: Config): RestCatalogSettings | undefined {
  const uri = config.ICEBERG_REST_URI;
  if (uri === undefined) return undefined;
  return { uri, warehouse: config.ICEBERG_REST_WAREHOUSE ?? '', access: accessOf(config, uri) };
}

function accessOf(config: Config, uri: string): RestAccess {
  const { ICEBERG_REST_TOKEN: token, ICEBERG_REST_CLIENT_ID: clientId, ICEBERG_REST_CLIENT_SECRET: secret } = config;
  if (config.ICEBERG_REST_SIGNING !== 'none') return { kind: 'signed', service: config.ICEBERG_REST_SIGNING };
  if (token !== undefined) return { kind: 'token', token };
  if (clientId === undefined || secret === undefined) return { kind: 'open' };
  const tokenUrl = config.ICEBERG_REST_TOKEN_URL ?? `${uri}/v1/oauth/tokens`;
  return { kind: 'client', clientId, clientSecret: secret, scope: config.ICEBERG_REST_SCOPE, tokenUrl };
}
